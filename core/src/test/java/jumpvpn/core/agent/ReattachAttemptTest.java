package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.junit.jupiter.api.Test;

/** When one request is repeated, and by which path. */
class ReattachAttemptTest {
    private static final long MILLI = 1_000_000L;

    private static Path path(int id) {
        return new Path(
                id, Protocol.UDP, "eth0", LinkKind.ETHERNET, IpAddress.parse("192.0.2.1"), "gw1", Outside.ONE, 0);
    }

    private static ReattachAttempt made(long nowNanos, long patienceNanos) {
        return new ReattachAttempt(
                new ReattachAttempt.Question(path(1), BindCause.DEAD, 1, 1, 0),
                Nonce.of(new byte[Nonce.LENGTH]),
                5,
                new SessionSecret(0, new byte[] {1, 2}),
                new SessionSecret(0, new byte[] {3, 4}),
                new byte[32],
                new byte[0],
                nowNanos,
                patienceNanos);
    }

    @Test
    void theFirstPauseIsTheUsualTimeOfAnAnswerInsideBounds() {
        assertThat(made(7, 200 * MILLI).nextNanos()).isEqualTo(7 + 200 * MILLI);
        assertThat(made(7, MILLI).nextNanos()).isEqualTo(7 + 150 * MILLI);
        assertThat(made(7, 9000 * MILLI).nextNanos()).isEqualTo(7 + 1000 * MILLI);
    }

    @Test
    void pausesDoubleUpToTheMostAndNeverShrink() {
        ReattachAttempt attempt = made(0, 200 * MILLI);
        assertThat(attempt.repeatDue(200 * MILLI - 1, 1000 * MILLI)).isFalse();
        assertThat(attempt.repeatDue(200 * MILLI, 1000 * MILLI)).isTrue();
        assertThat(attempt.nextNanos()).isEqualTo(600 * MILLI);
        assertThat(attempt.repeatDue(600 * MILLI, 500 * MILLI)).isTrue();
        assertThat(attempt.nextNanos()).isEqualTo(1100 * MILLI);
        assertThat(attempt.repeatDue(1100 * MILLI, 300 * MILLI)).isTrue();
        assertThat(attempt.nextNanos()).as("as long as the last").isEqualTo(1600 * MILLI);
    }

    @Test
    void theRoundTripIsKnownOnlyIfItWasSentOnce() {
        ReattachAttempt attempt = made(10, 200 * MILLI);
        assertThat(attempt.rttNanos(50)).isEqualTo(40);
        attempt.repeatDue(1000 * MILLI, 300 * MILLI);
        assertThat(attempt.rttNanos(1001 * MILLI)).isZero();
    }

    @Test
    void oneThatWasRefusedOrIsTooOldIsNotRepeated() {
        ReattachAttempt old = made(0, 200 * MILLI);
        old.stop();
        assertThat(old.nextNanos()).isEqualTo(Deadlines.NEVER);
        assertThat(old.isRefused()).isFalse();
        ReattachAttempt refused = made(0, 200 * MILLI);
        refused.refuse();
        assertThat(refused.nextNanos()).isEqualTo(Deadlines.NEVER);
        assertThat(refused.isRefused()).isTrue();
    }

    @Test
    void oneWhoseFateMustBeKnownIsRepeatedAtOnceByThePathThatAnswered() {
        ReattachAttempt attempt = made(0, 200 * MILLI);
        assertThat(attempt.isInsistent()).isFalse();
        assertThat(attempt.by().id()).isEqualTo(1);
        attempt.stop();
        attempt.insist(70, path(2));
        assertThat(attempt.isInsistent()).isTrue();
        assertThat(attempt.by().id()).isEqualTo(2);
        assertThat(attempt.repeatDue(70, 300 * MILLI)).isTrue();
    }

    @Test
    void settledItsSecretsAreWiped() {
        ReattachAttempt attempt = made(0, 200 * MILLI);
        attempt.settle();
        assertThat(attempt.base.key()).containsOnly(0);
        assertThat(attempt.mixed.key()).containsOnly(0);
    }
}
