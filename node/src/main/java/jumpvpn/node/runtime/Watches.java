package jumpvpn.node.runtime;

import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Resting;
import org.jspecify.annotations.Nullable;

/**
 * What a packet thread asks the control thread for: to watch a binding, said behind the packets, since waking a thread costs as much as sending them, or to wake a session that
 * rests. One thread.
 */
final class Watches {
    private final ControlLoop control;
    private final Engine engine;
    private @Nullable Binding claimed;

    Watches(ControlLoop control, Engine engine) {
        this.control = control;
        this.engine = engine;
    }

    /** Notes the binding if it wants to be watched; of several in one turn the earlier ones are said at once. */
    void claim(Binding binding) {
        if (binding.claimWatch()) {
            tell();
            claimed = binding;
        }
    }

    /** The control thread hears of what was noted. */
    void tell() {
        Binding binding = claimed;
        claimed = null;
        if (binding != null && !control.post(now -> engine.watch(now, binding))) {
            binding.releaseWatch(); // the next packet asks again
        }
    }

    /** The control thread is to wake this session, if it is one and nobody has asked yet. */
    void wake(@Nullable Resting session) {
        if (session != null && session.claimWake() && !control.post(now -> engine.wake(now, session))) {
            session.releaseWake(); // the next packet asks again
        }
    }
}
