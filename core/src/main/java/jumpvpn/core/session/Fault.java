package jumpvpn.core.session;

/** Faults that tests plant in the engine, one at a time, to see that somebody notices. The product plants none: only lab and tests may name one. */
public enum Fault {
    /** Gate B lets every expected epoch pass. */
    SKIP_GATE_B,
    /** Gate C lets old requests and used nonces pass. */
    SKIP_GATE_C,
    /** Gate E lets everybody own every session. */
    SKIP_GATE_E,
    /** Neither the lease nor what others commit stops an owner; its table's adapter leaves out the compares. */
    FENCING_OFF,
    /** A used nonce binds again: no kept answer is sent, and gate C does not look at nonces. */
    ACCEPT_USED_NONCE,
    /** A row leaves the version's step as it was. */
    FORGET_VERSION_STEP,
    /** After a bind the old binding goes on receiving. */
    KEEP_OLD_BINDING,
    /** The transport-loss TTL never ends a session. */
    NO_LOSS_TTL,
    /** A bind starts from an older version than the record's. */
    VERSION_ROLLBACK,
    /** Gate F does not look at the cooldown. */
    COOLDOWN_IGNORED,
    /** Every start of the gateway draws the same randomness for tickets and bindings. */
    SAME_KEY_AFTER_RESTART,
    /** Now and then a row has no event. */
    LOST_EVENT,
    /** A refusal names another reason than the gate's. */
    WRONG_REASON,
    /** The ACK leaves before the commit is known. */
    ANSWER_BEFORE_DURABLE,
    /** Sending moves to a new outer address without a challenge. */
    REBIND_WITHOUT_CHALLENGE
}
