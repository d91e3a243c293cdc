package jumpvpn.node.ownership;

import jumpvpn.core.ownership.SessionTable;
import org.jspecify.annotations.Nullable;

/** A session table outside of the engine. Called on the control thread alone; its answers wait until that thread calls {@link #deliver}. */
public interface DeliveringTable extends SessionTable, AutoCloseable {
    /**
     * This table, once it knows its user.
     *
     * @param control called on any thread when {@link #deliver} has something to do
     */
    DeliveringTable waking(Runnable control);

    /** Gives the answers that are due. */
    void deliver();

    /** Why nothing is committed at present; null: all is well. */
    @Nullable
    String failure();

    /** What was taken is safe; nothing is committed any more. */
    @Override
    void close();
}
