package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.net.IpAddress;
import jumpvpn.node.runtime.InsideLink.Place;
import org.junit.jupiter.api.Test;

class WhereaboutsTest {
    private static final IpAddress SECOND = IpAddress.parse("10.88.0.12");
    private static final IpAddress THIRD = IpAddress.parse("10.88.0.13");
    private static final Place AT_SECOND = new Place(false, SECOND);
    private static final Place AT_THIRD = new Place(false, THIRD);

    private static final Whereabouts OWNED = Whereabouts.UNKNOWN.owned();

    @Test
    void whatIsNotHereIsWhereItWasHeardToBe() {
        Whereabouts heard = Whereabouts.UNKNOWN.heard(SECOND);
        assertThat(heard.place()).isEqualTo(AT_SECOND);
        assertThat(heard.heard(THIRD).place()).isEqualTo(AT_THIRD);
        assertThat(heard.heard(null)).isEqualTo(Whereabouts.UNKNOWN);
        assertThat(heard.confirmed().place()).as("ours, and not bound yet").isEqualTo(AT_SECOND);
    }

    @Test
    void hearsayMovesNothingThatIsHereOrIsHandedOn() {
        assertThat(OWNED.heard(SECOND).place()).isEqualTo(Place.HERE);
        assertThat(OWNED.heard(SECOND).handedOn().place()).isEqualTo(Place.NOWHERE);
        assertThat(OWNED.heard(SECOND).handedOn().heard(THIRD).place()).isEqualTo(Place.NOWHERE);
    }

    @Test
    void whatMovesOnWhileItIsHandedOnIsLedToTheNewest() {
        assertThat(OWNED.heard(SECOND).handedOn().heard(THIRD).released(SECOND).place())
                .isEqualTo(AT_THIRD);
        assertThat(OWNED.heard(SECOND).heard(THIRD).handedOn().released(SECOND).place())
                .as("both heard at once")
                .isEqualTo(AT_THIRD);
        assertThat(OWNED.heard(SECOND).handedOn().heard(null).released(SECOND).place())
                .as("it has ended meanwhile")
                .isEqualTo(Place.NOWHERE);
    }

    @Test
    void whoLosesItWithoutKnowingToWhomHasHeardOfIt() {
        assertThat(OWNED.heard(SECOND).released(null).place()).isEqualTo(AT_SECOND);
        assertThat(OWNED.heard(THIRD).released(SECOND).place()).isEqualTo(AT_THIRD);
        assertThat(OWNED.released(SECOND).place()).as("nobody was heard").isEqualTo(AT_SECOND);
        assertThat(OWNED.released(null)).isEqualTo(Whereabouts.UNKNOWN);
    }

    @Test
    void whatWasHeardBeforeItCameBackIsOld() {
        assertThat(Whereabouts.UNKNOWN.heard(SECOND).owned().released(null)).isEqualTo(Whereabouts.UNKNOWN);
        assertThat(OWNED.heard(SECOND).confirmed().released(null)).isEqualTo(Whereabouts.UNKNOWN);
        assertThat(OWNED.heard(SECOND).handedOn().owned().released(null)).isEqualTo(Whereabouts.UNKNOWN);
    }
}
