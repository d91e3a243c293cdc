package jumpvpn.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.control.Token;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.transport.LinkKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Gates A to F, each reason, and that the first that fails gives the answer. */
class GatesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 1_000_000 * SECOND;
    private static final long INCARNATION = 0x1234;
    private static final SwitchTimes NEVER_BOUND =
            new SwitchTimes(SwitchTimes.LONG_AGO, SwitchTimes.LONG_AGO, List.of());

    private final Gates gates = new Gates(INCARNATION, EnumSet.noneOf(Fault.class));
    private SwitchTimes switches = NEVER_BOUND;
    private Policy policy = Policy.DEFAULT;

    // What the gates look at; every test changes what it is about.
    private BindCause cause = BindCause.DEAD;
    private Protocol protocol = Protocol.UDP;
    private int expectedEpoch = 5;
    private Token token = new Token(INCARNATION, NOW - 10 * SECOND);
    private long tokenAge = 10 * SECOND;
    private int epoch = 5;
    private boolean begunByUnanswered;
    private boolean beganEpoch;
    private boolean generationKnown = true;
    private long lifetimeEnd = NOW + 1;
    private long lossEnd = NOW + 1;
    private boolean sameNonce;
    private @Nullable ReasonCode notOurs;
    private boolean pending;

    private Gates.Verdict check() {
        ReattachRequest request = new ReattachRequest(
                cause,
                protocol,
                LinkKind.ETHERNET,
                new Endpoint(IpAddress.parse("192.0.2.1"), 0),
                1,
                expectedEpoch,
                0,
                0,
                token,
                tokenAge,
                List.of());
        Gates.Facts facts = new Gates.Facts(
                epoch,
                begunByUnanswered,
                beganEpoch,
                generationKnown,
                lifetimeEnd,
                lossEnd,
                sameNonce,
                notOurs,
                pending,
                switches,
                policy);
        return gates.check(NOW, request, facts);
    }

    private void refusedAt(String passed, ReasonCode reason) {
        Gates.Verdict verdict = check();
        assertThat(verdict.refusal()).isEqualTo(reason);
        assertThat(String.join("", verdict.passed())).isEqualTo(passed);
    }

    private void passes() {
        refusedAt("ABCDEF", null);
    }

    @Test
    void allHold() {
        passes();
    }

    @Test
    void aLifetimeAndTransportLossTtl() {
        lossEnd = NOW;
        refusedAt("", ReasonCode.TRANSPORT_TTL_EXPIRED);
        lifetimeEnd = NOW;
        refusedAt("", ReasonCode.SESSION_EXPIRED);
        lossEnd = Long.MAX_VALUE;
        lifetimeEnd = Long.MAX_VALUE;
        passes();
    }

    @Test
    void bEpochIsTheExpectedOneOrBegunByAnUnansweredRequest() {
        expectedEpoch = 4;
        refusedAt("A", ReasonCode.STALE_STATE_VERSION);
        begunByUnanswered = true;
        passes();
        generationKnown = false;
        refusedAt("A", ReasonCode.STALE_STATE_VERSION);
        expectedEpoch = 5;
        begunByUnanswered = false;
        refusedAt("A", ReasonCode.STALE_STATE_VERSION);
    }

    @Test
    void bAnEpochAboveTheRecordsContradictsIt() {
        expectedEpoch = 6;
        begunByUnanswered = true;
        refusedAt("A", ReasonCode.OWNERSHIP_AMBIGUOUS);
        epoch = 0x7fff_ffff;
        expectedEpoch = 0x8000_0000;
        refusedAt("A", ReasonCode.OWNERSHIP_AMBIGUOUS);
    }

    @Test
    void cTheTokenIsYoungWithASecondForSkew() {
        long most = 5 * SECOND + SECOND;
        tokenAge = 10 * SECOND - most;
        passes();
        tokenAge--;
        refusedAt("AB", ReasonCode.STALE_REQUEST);
        tokenAge = 10 * SECOND + SECOND;
        passes();
        tokenAge++;
        refusedAt("AB", ReasonCode.STALE_REQUEST);
        tokenAge = Long.MAX_VALUE;
        refusedAt("AB", ReasonCode.STALE_REQUEST);
    }

    @Test
    void cATokenFromBeforeThisStartIsStale() {
        token = new Token(INCARNATION + 1, NOW - 10 * SECOND);
        refusedAt("AB", ReasonCode.STALE_REQUEST);
        token = Token.NONE;
        tokenAge = 0;
        refusedAt("AB", ReasonCode.STALE_REQUEST);
    }

    @Test
    void cTheMaxAgeIsThePolicys() {
        policy = policy.with(PolicyKey.SECURITY_REATTACH_MAX_AGE, SECOND);
        tokenAge = 8 * SECOND;
        passes();
        tokenAge--;
        refusedAt("AB", ReasonCode.STALE_REQUEST);
    }

    @Test
    void cANonceUsedWithOtherBytesIsAReplay() {
        sameNonce = true;
        refusedAt("AB", ReasonCode.REPLAY_DETECTED);
        tokenAge = 0;
        refusedAt("AB", ReasonCode.STALE_REQUEST);
    }

    @Test
    void theRequestThatBeganTheEpochIsNoStrangersAndBindsNothingAgain() {
        expectedEpoch = 4;
        refusedAt("A", ReasonCode.STALE_STATE_VERSION);
        beganEpoch = true;
        refusedAt("AB", ReasonCode.STALE_REQUEST);
    }

    @Test
    void eOnlyTheOwnerAccepts() {
        notOurs = ReasonCode.NOT_OWNER;
        refusedAt("ABCD", ReasonCode.NOT_OWNER);
    }

    @Test
    void fOneBindAtATime() {
        pending = true;
        refusedAt("ABCDE", ReasonCode.DUAL_ACTIVE_FORBIDDEN);
    }

    @Test
    void fElectiveSwitchesAMinuteAreLimited() {
        cause = BindCause.BETTER_PATH;
        for (int i = 0; i < 8; i++) {
            switches = switches.bound(NOW - 60 * SECOND + 1, true);
        }
        refusedAt("ABCDE", ReasonCode.SWITCH_RATE_LIMITED);
        cause = BindCause.DEAD;
        passes();
        cause = BindCause.OPERATOR_JUMP;
        policy = policy.with(PolicyKey.SWITCHING_MAX_PER_MINUTE, 9);
        passes();
    }

    @Test
    void fElectiveSwitchesOlderThanAMinuteCountNoMore() {
        cause = BindCause.BETTER_PATH;
        for (int i = 0; i < 8; i++) {
            switches = switches.bound(NOW - 60 * SECOND, true);
        }
        passes();
    }

    @Test
    void fAnElectiveSwitchWaitsAfterACommitOfAnyCause() {
        switches = switches.bound(NOW - 1_500_000_000L + 1, false);
        cause = BindCause.OPERATOR_JUMP;
        refusedAt("ABCDE", ReasonCode.COOLDOWN_ACTIVE);
        cause = BindCause.LINK_GOING_DOWN;
        passes();
        switches = SwitchTimes.born(NOW);
        passes(); // an escape right after birth is allowed
    }

    @Test
    void fForcedBindsKeepTheRecoveryInterval() {
        switches = switches.bound(NOW - 500_000_000L + 1, false);
        refusedAt("ABCDE", ReasonCode.SWITCH_RATE_LIMITED);
        switches = NEVER_BOUND.bound(NOW, true);
        passes();
    }

    @Test
    void fOnlyAllowedProtocols() {
        policy = policy.with(PolicyKey.TRANSPORT_ALLOWED, 0x32);
        refusedAt("ABCDE", ReasonCode.TRANSPORT_NOT_ALLOWED);
        protocol = Protocol.TCP;
        passes();
    }

    @Test
    void theFirstGateThatFailsAndInItTheFirstListedReasonAnswers() {
        cause = BindCause.OPERATOR_JUMP;
        protocol = Protocol.TCP;
        policy = policy.with(PolicyKey.TRANSPORT_ALLOWED, 0x1);
        for (int i = 0; i < 8; i++) {
            switches = switches.bound(NOW, true);
        }
        pending = true;
        notOurs = ReasonCode.NOT_OWNER;
        sameNonce = true;
        tokenAge = 0;
        expectedEpoch = 4;
        lifetimeEnd = NOW;
        lossEnd = NOW;
        refusedAt("", ReasonCode.SESSION_EXPIRED);
        lifetimeEnd = Long.MAX_VALUE;
        refusedAt("", ReasonCode.TRANSPORT_TTL_EXPIRED);
        lossEnd = Long.MAX_VALUE;
        refusedAt("A", ReasonCode.STALE_STATE_VERSION);
        expectedEpoch = 5;
        refusedAt("AB", ReasonCode.STALE_REQUEST);
        tokenAge = 10 * SECOND;
        refusedAt("AB", ReasonCode.REPLAY_DETECTED);
        sameNonce = false;
        refusedAt("ABCD", ReasonCode.NOT_OWNER);
        notOurs = null;
        refusedAt("ABCDE", ReasonCode.DUAL_ACTIVE_FORBIDDEN);
        pending = false;
        refusedAt("ABCDE", ReasonCode.SWITCH_RATE_LIMITED);
        policy = policy.with(PolicyKey.SWITCHING_MAX_PER_MINUTE, 600);
        refusedAt("ABCDE", ReasonCode.COOLDOWN_ACTIVE);
        policy = policy.with(PolicyKey.SWITCHING_COOLDOWN, 0);
        refusedAt("ABCDE", ReasonCode.TRANSPORT_NOT_ALLOWED);
        protocol = Protocol.UDP;
        passes();
    }
}
