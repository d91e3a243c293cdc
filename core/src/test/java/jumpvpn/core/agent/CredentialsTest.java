package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import jumpvpn.core.control.Token;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.security.SessionSecret;
import org.junit.jupiter.api.Test;

/** What a client keeps to prove itself with, and that what it no longer needs is wiped. */
class CredentialsTest {
    private static final Freshness FRESH = new Freshness(new byte[16], new byte[16]);

    private final SessionSecret first = new SessionSecret(0, key(1));
    private final Credentials credentials = new Credentials(first);

    private static byte[] key(int value) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) value);
        return key;
    }

    private void bind(int epoch, int generation) {
        credentials.step(credentials.secret().copy(), FRESH, epoch, generation);
    }

    @Test
    void theLastTwoGenerationsAreKeptUnderTheGatewaysNumbers() {
        bind(2, 1);
        SessionSecret second = credentials.secret();
        assertThat(second.generation()).isEqualTo(1);
        assertThat(second.key()).isEqualTo(first.next(FRESH, 2).key());
        assertThat(first.key()).as("the one before may still be needed").isEqualTo(key(1));
        bind(3, 5);
        assertThat(credentials.secret().generation()).isEqualTo(5);
        assertThat(first.key()).containsOnly(0);
        assertThat(second.key()).isNotEqualTo(new byte[32]);
    }

    @Test
    void anOutputIsMixedInUntilABindAndThenWiped() {
        assertThat(credentials.phase()).isZero();
        assertThat(credentials.mixed().key()).isEqualTo(key(1)).isNotSameAs(first.key());
        RekeyOutput older = new RekeyOutput(1, 1, key(2));
        RekeyOutput newer = new RekeyOutput(1, 2, key(3));
        credentials.agreed(older);
        assertThat(credentials.phase()).isEqualTo(1);
        assertThat(credentials.mixed().key()).isEqualTo(first.mixed(older).key());
        credentials.agreed(newer);
        assertThat(older.key()).containsOnly(0);
        assertThat(credentials.output()).isSameAs(newer);
        bind(2, 1);
        assertThat(newer.key()).containsOnly(0);
        assertThat(credentials.output()).isNull();
        assertThat(credentials.phase()).isZero();
    }

    @Test
    void anOutputThatEntersMakesAGenerationOfItsOwn() {
        RekeyOutput output = new RekeyOutput(1, 1, key(2));
        byte[] expected = first.mixed(output).key();
        credentials.enter(output, 9);
        assertThat(credentials.secret().generation()).isEqualTo(9);
        assertThat(credentials.secret().key()).isEqualTo(expected);
    }

    @Test
    void eachGatewayHasATokenOfItsOwnAndItsAgeIsOurTimeSinceItCame() {
        assertThat(credentials.token("gw1")).isEqualTo(Token.NONE);
        assertThat(credentials.tokenAgeNanos("gw1", 700)).isZero();
        credentials.token("gw1", new Token(1, 10), 300);
        credentials.token("gw2", new Token(2, 20), 600);
        assertThat(credentials.token("gw1")).isEqualTo(new Token(1, 10));
        assertThat(credentials.tokenAgeNanos("gw1", 700)).isEqualTo(400);
        assertThat(credentials.tokenAgeNanos("gw2", 700)).isEqualTo(100);
        credentials.token("gw1", new Token(1, 11), 650);
        assertThat(credentials.token("gw1")).isEqualTo(new Token(1, 11));
        assertThat(credentials.tokenAgeNanos("gw1", 700)).isEqualTo(50);
    }

    @Test
    void wipedNothingIsLeft() {
        bind(2, 1);
        SessionSecret second = credentials.secret();
        RekeyOutput output = new RekeyOutput(2, 1, key(4));
        credentials.agreed(output);
        byte[] proofKey = key(5);
        credentials.wallet().add(List.of(new byte[] {1}), proofKey);
        credentials.wipe();
        assertThat(first.key()).containsOnly(0);
        assertThat(second.key()).containsOnly(0);
        assertThat(output.key()).containsOnly(0);
        assertThat(proofKey).containsOnly(0);
    }
}
