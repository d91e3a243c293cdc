package jumpvpn.core.data;

import java.util.List;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The one object through which a session's packets pass. The control side publishes what is to be done; it starts at DROP, and a session without a gate
 * drops. Fields are written by the control thread and read by the packet threads.
 */
public final class ForwardingGate {
    private static final Forwarding DROP = new Forwarding.Drop();

    private volatile Forwarding forwarding = DROP;
    private volatile List<IpAddress> inner = List.of();
    /** The control thread's. */
    private @Nullable Object holder;

    /** The control thread's: the session's inner addresses lead here. */
    private boolean routed;

    /** What to do with a packet now. */
    public Forwarding forwarding() {
        return forwarding;
    }

    /** Opens the gate towards a binding. */
    public void forward(Binding binding) {
        forwarding = new Forwarding.Forward(binding);
    }

    /** Keeps packets in the queue. */
    public void hold(HoldQueue queue) {
        forwarding = new Forwarding.Hold(queue);
    }

    /** Whoever comes wakes the session. */
    public void rest(Resting session) {
        forwarding = session;
    }

    /** Packets go on to the gateway that has the session now. */
    public void relay(HandOver to) {
        forwarding = new Forwarding.Relay(to);
    }

    /** Closes the gate. */
    public void drop() {
        forwarding = DROP;
    }

    /** The addresses from which the session may send inner packets. */
    public void inner(List<IpAddress> addresses) {
        inner = List.copyOf(addresses);
    }

    /** The session's inner addresses. */
    public List<IpAddress> inner() {
        return inner;
    }

    /** Says who has this gate; null: nobody. Control thread only. */
    public void holder(@Nullable Object session) {
        holder = session;
    }

    /** Who has this gate, or null. Control thread only. */
    public @Nullable Object holder() {
        return holder;
    }

    /** Says whether packets to all inner addresses of the session find this gate. Control thread only. */
    public void routed(boolean all) {
        routed = all;
    }

    /** Whether packets to all inner addresses of the session find this gate. Control thread only. */
    public boolean routed() {
        return routed;
    }

    /** Whether the session may send from this address; allocates nothing. */
    boolean owns(long high, long low) {
        List<IpAddress> addresses = inner;
        for (int i = 0; i < addresses.size(); i++) {
            IpAddress address = addresses.get(i);
            if (address.low() == low && address.high() == high) {
                return true;
            }
        }
        return false;
    }
}
