package jumpvpn.core.data;

/** What the packet loop does with a session's inner packets. */
public sealed interface Forwarding
        permits Forwarding.Forward, Forwarding.Hold, Forwarding.Drop, Forwarding.Relay, Resting {
    /** Seal and send on this binding. */
    record Forward(Binding binding) implements Forwarding {}

    /** Keep the newest until attached again. */
    record Hold(HoldQueue queue) implements Forwarding {}

    /** Count and forget. */
    record Drop() implements Forwarding {}

    /** Another gateway has the session: send it there. */
    record Relay(HandOver to) implements Forwarding {}
}
