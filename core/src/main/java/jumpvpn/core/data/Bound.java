package jumpvpn.core.data;

/** What a wire identifier leads to: a binding, or a session at rest that has one; or what the id of a commit leads to, a session that is taken over. */
public sealed interface Bound permits Binding, Resting, TakeOver {}
