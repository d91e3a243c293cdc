package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** Whatever gateways say, a search asks boundedly often, boundedly many, and lists boundedly many requests. */
class SearchBoundsTest {
    private static final long MINUTE = 60_000 * Script.MILLI;

    private final Script script = Script.attached();

    private static Endpoint strange(int number) {
        return new Endpoint(IpAddress.parse("203.0.113." + (100 + number)), 4500);
    }

    private static List<Nonce> distinct(Script of) {
        return of.requests.stream()
                .map(request -> request.proven().nonce())
                .distinct()
                .toList();
    }

    @Test
    void aRequestIsMadeAnewEightTimesInASearchForAFreshTokenThenThePathWaits() {
        script.down(3);
        script.down(4);
        script.down(1);
        for (int i = 0; i < 8; i++) {
            int before = script.requests.size();
            script.refuse(script.lastRequest(), ReasonCode.STALE_REQUEST);
            assertThat(script.requests).as("at once").hasSize(before + 1);
        }
        assertThat(script.told()).doesNotContain("SWITCH_DENIED STALE_REQUEST");
        script.refuse(script.lastRequest(), ReasonCode.STALE_REQUEST);
        assertThat(script.requests).hasSize(9);
        assertThat(script.told()).endsWith("REATTACH_REJECT STALE_REQUEST", "SWITCH_DENIED STALE_REQUEST");
        script.run(500);
        assertThat(script.requests).hasSize(10);
    }

    @Test
    void eightEndpointsAreFollowedInASearchEachOnce() {
        script.down(1);
        Endpoint[] told =
                IntStream.range(0, 9).mapToObj(SearchBoundsTest::strange).toArray(Endpoint[]::new);
        script.refuse(script.lastRequest(), ReasonCode.NOT_OWNER, told);
        script.run(6000);
        List<Endpoint> followed = script.requests.stream()
                .map(Script.Request::to)
                .filter(to -> Outside.nameOf(to).equals("strange"))
                .distinct()
                .toList();
        assertThat(followed).containsExactlyElementsOf(List.of(told).subList(0, 8));
        script.refuse(script.lastRequest(strange(0)), ReasonCode.NOT_OWNER, strange(1), strange(2));
        assertThat(script.told())
                .as("they were asked")
                .endsWith("REATTACH_REJECT NOT_OWNER", "SWITCH_DENIED NOT_OWNER");
    }

    @Test
    void anEndpointOfAnotherFamilyCantBeReachedFromThere() {
        script.down(1);
        script.refuse(script.lastRequest(), ReasonCode.NOT_OWNER, new Endpoint(IpAddress.parse("2001:db8::1"), 4500));
        assertThat(script.told()).endsWith("REATTACH_REJECT NOT_OWNER", "SWITCH_DENIED NOT_OWNER");
        assertThat(script.asked()).containsExactly("2>gw1");
    }

    /** Those that were refused go first: they are the least likely to have been accepted. */
    @Test
    void aRequestListsTheLastThirtyOneBeforeIt() {
        Script alone = Script.attached(Policy.DEFAULT.with(PolicyKey.SWITCHING_RECOVERY_WINDOW, 10 * MINUTE));
        for (int path = 4; path > 0; path--) {
            if (path != 2) {
                alone.down(path);
            }
        }
        alone.run(1000);
        alone.refuse(alone.lastRequest(), ReasonCode.SWITCH_RATE_LIMITED);
        alone.run(200_000);
        List<Nonce> nonces = distinct(alone);
        assertThat(nonces.size()).isGreaterThan(35);
        for (int i = 0; i < 32; i++) {
            assertThat(listed(alone, nonces.get(i))).as("request %d", i).isEqualTo(nonces.subList(0, i));
        }
        assertThat(listed(alone, nonces.get(32))).as("without the refused one").isEqualTo(nonces.subList(1, 32));
        assertThat(listed(alone, nonces.get(33))).as("without the eldest").isEqualTo(nonces.subList(2, 33));
        assertThat(alone.state()).isEqualTo(SessionState.RECOVERING);
    }

    private static List<Nonce> listed(Script script, Nonce nonce) {
        return script.requests.stream()
                .filter(request -> request.proven().nonce().equals(nonce))
                .findFirst()
                .map(request -> new ArrayList<>(request.body().unanswered()))
                .orElseThrow();
    }
}
