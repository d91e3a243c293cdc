package jumpvpn.lab.architecture.planted.lab.sim;

/** Must not be used by what it simulates. */
public record Simulation() {}
