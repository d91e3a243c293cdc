package jumpvpn.lab.architecture.planted.core.session;

public enum Fault {
    LOST_EVENT
}
