package jumpvpn.core.data;

/** What a wire identifier leads to: a binding, or a session at rest that has one. */
public sealed interface Bound permits Binding, Resting {}
