package jumpvpn.lab.architecture.planted.lab.model;

import jumpvpn.lab.architecture.planted.core.net.Value;

/** Must not: the model is independent of what it checks. */
public record UsesCore(Value value) {}
