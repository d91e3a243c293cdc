package jumpvpn.lab.model;

/** Why a client asks for another binding (contract section 2), and what the owner's row into RECOVERING then says. */
public enum Cause {
    DEAD(Reason.PEER_REPORTED, false),
    BETTER_PATH(Reason.BETTER_PATH, true),
    OPERATOR_JUMP(Reason.OPERATOR_JUMP, true),
    LINK_GOING_DOWN(Reason.LINK_GOING_DOWN, false),
    GATEWAY_DRAINING(Reason.GATEWAY_DRAINING, false);

    final Reason said;
    final boolean elective;

    Cause(Reason said, boolean elective) {
        this.said = said;
        this.elective = elective;
    }
}
