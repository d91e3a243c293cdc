package jumpvpn.lab.model;

/**
 * A row that was taken: one STATE_CHANGE, one reason.
 *
 * @param version the owner's after it; in a client's view the newest that it knows
 */
public record Row(State from, State to, Version version, Reason reason) {
    @Override
    public String toString() {
        return from + " > " + to + " " + version + " " + reason;
    }
}
