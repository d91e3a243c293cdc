package jumpvpn.lab.architecture.planted.core.net;

/** Allowed for everybody. */
public record Value(int number) {}
