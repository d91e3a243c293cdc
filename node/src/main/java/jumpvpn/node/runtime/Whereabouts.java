package jumpvpn.node.runtime;

import jumpvpn.core.net.IpAddress;
import jumpvpn.node.runtime.InsideLink.Place;
import org.jspecify.annotations.Nullable;

/**
 * What is known of where an inner address is: by the engine, and by hearsay, the store's watch. Hearsay moves nothing that the engine has, but it is kept: when the engine lets go it may be newer than
 * what the engine knows.
 *
 * @param here what the engine says
 * @param told somebody else was heard to have it, or nobody, since the engine has it
 * @param via where that one is reached on the link inside; null: not known, or nobody
 */
record Whereabouts(Here here, boolean told, @Nullable IpAddress via) {
    static final Whereabouts UNKNOWN = new Whereabouts(Here.NOT, false, null);

    /** What the engine says of an address. */
    enum Here {
        NOT,
        /** What still comes is handed on by the tunnel to the gateway that has it, which may not know yet: no route may lead there. */
        HANDED_ON,
        YES
    }

    /** The engine has it. What was heard before is older. */
    Whereabouts owned() {
        return new Whereabouts(Here.YES, false, null);
    }

    /** The engine has it no more, and hands on what still comes, until it is {@link #released}. */
    Whereabouts handedOn() {
        return new Whereabouts(Here.HANDED_ON, told, via);
    }

    /** The engine has nothing to do with it any more. @param to who has it by what the engine knows, which counts if nobody was heard */
    Whereabouts released(@Nullable IpAddress to) {
        return new Whereabouts(Here.NOT, false, told ? via : to);
    }

    /** Another gateway is heard to have it, or nobody. */
    Whereabouts heard(@Nullable IpAddress of) {
        return new Whereabouts(here, here != Here.NOT, of);
    }

    /** This gateway is heard to have it: what was heard of others before is older. */
    Whereabouts confirmed() {
        return here == Here.NOT ? this : new Whereabouts(here, false, null);
    }

    /** Where its packets are to be led. */
    Place place() {
        return switch (here) {
            case YES -> Place.HERE;
            case HANDED_ON -> Place.NOWHERE;
            case NOT -> new Place(false, via);
        };
    }
}
