package jumpvpn.lab.model;

/** What a gateway says to a request. */
public sealed interface Answer {
    /** Nothing at all: gate D failed, or the answer to this very request is on its way. */
    record Silence() implements Answer {}

    /** The very bytes that this request was answered with before. */
    record SameAgain() implements Answer {}

    /** A gate failed. */
    record Refusal(Reason reason, Version version) implements Answer {}

    /** Nothing yet: all gates hold, a bind is to be committed; {@link OwnerView#committed} or {@link OwnerView#commitRefused} has the answer. */
    record Later() implements Answer {}

    /** The session is bound. */
    record Bound(Version version) implements Answer {}
}
