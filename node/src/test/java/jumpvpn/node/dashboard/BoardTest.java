package jumpvpn.node.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.runtime.SessionStatus;
import org.junit.jupiter.api.Test;

class BoardTest {
    private final Board board = new Board();

    private static SessionStatus status(long n, SessionState state, String client, double rttMillis) {
        return status(n, state, client, rttMillis, 20);
    }

    private static SessionStatus status(
            long n, SessionState state, String client, double rttMillis, long receivedBytes) {
        return new SessionStatus(
                state,
                new SessionId(n, n),
                StateVersion.of(1, 0),
                ReasonCode.HANDSHAKE_OK,
                null,
                List.of(),
                "gw1",
                client,
                rttMillis,
                0,
                1000,
                10,
                receivedBytes);
    }

    private void born(long n, String client) {
        board.take(Events.row(
                n,
                SessionState.BIRTH,
                SessionState.ATTACHED,
                ReasonCode.HANDSHAKE_OK,
                1000,
                new Detail("client", client)));
    }

    private SessionRow row(long n) {
        return board.find(Events.id(n)).orElseThrow();
    }

    @Test
    void anEventCountsAtOnce() {
        born(1, "ada");
        assertThat(row(1).client()).isEqualTo("ada");
        assertThat(row(1).path()).isEqualTo("udp/192.0.2.1:5000");
        board.take(Events.row(1, SessionState.ATTACHED, SessionState.RECOVERING, ReasonCode.PEER_REPORTED, 2000));
        assertThat(row(1).state()).isEqualTo(SessionState.RECOVERING);
        assertThat(board.counts()).containsEntry(SessionState.RECOVERING, 1).containsEntry(SessionState.ATTACHED, 0);
    }

    /** The look was answered before the event, and comes after it. */
    @Test
    void aLookThatIsOlderThanAnEventDoesNotTurnTheStateBack() {
        born(1, "ada");
        long asked = board.change();
        board.take(Events.row(1, SessionState.ATTACHED, SessionState.RECOVERING, ReasonCode.PEER_REPORTED, 2000));
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5)), asked, 3000);
        assertThat(row(1).state()).isEqualTo(SessionState.RECOVERING);
        born(2, "ben");
        board.refresh(List.of(status(1, SessionState.RECOVERING, "ada", 5)), asked, 3000);
        assertThat(board.live()).as("born since the look").hasSize(2);
    }

    @Test
    void aLookPutsRightWhatALostEventLeftWrong() {
        born(1, "ada");
        born(2, "ben");
        board.refresh(List.of(status(1, SessionState.VOLATILE, "ada", 5)), board.change(), 3000);
        assertThat(row(1).state()).isEqualTo(SessionState.VOLATILE);
        assertThat(board.live()).extracting(SessionRow::client).containsExactly("ada");
    }

    @Test
    void aRowThatDidNotChangeIsTheSameObject() {
        born(1, "ada");
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5)), board.change(), 3000);
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5)), board.change(), 4000);
        SessionRow before = row(1);
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5)), board.change(), 5000);
        assertThat(row(1)).isSameAs(before);
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 6)), board.change(), 6000);
        assertThat(row(1)).isNotSameAs(before);
    }

    @Test
    void aRateIsOfTheTimeSinceTheLastLookThoughTheRowDidNotChangeInIt() {
        born(1, "ada");
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5)), board.change(), 3000);
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5)), board.change(), 4000);
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5)), board.change(), 5000);
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5, 520)), board.change(), 6000);
        assertThat(row(1).receivedPerSecond()).isEqualTo(500);
    }

    /** That look's figures were not taken. */
    @Test
    void aLookThatIsOlderThanAnEventBeginsNoRate() {
        born(1, "ada");
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5)), board.change(), 3000);
        long asked = board.change();
        board.take(Events.row(1, SessionState.ATTACHED, SessionState.RECOVERING, ReasonCode.PEER_REPORTED, 3500));
        board.refresh(List.of(status(1, SessionState.ATTACHED, "ada", 5, 520)), asked, 4000);
        board.refresh(List.of(status(1, SessionState.RECOVERING, "ada", 5, 1020)), board.change(), 5000);
        assertThat(row(1).receivedPerSecond()).isEqualTo(500);
    }

    @Test
    void whatEndedStaysFindableUpToABound() {
        for (int n = 1; n <= Board.MOST_ENDED + 5; n++) {
            born(n, "client" + n);
            board.take(Events.row(n, SessionState.ATTACHED, SessionState.TERMINATED, ReasonCode.PEER_CLOSED, 2000));
        }
        assertThat(board.live()).isEmpty();
        assertThat(board.ended()).hasSize(Board.MOST_ENDED);
        assertThat(row(6).state()).isEqualTo(SessionState.TERMINATED);
        assertThat(board.find(Events.id(5))).isEmpty();
        board.refresh(List.of(status(6, SessionState.ATTACHED, "late", 5)), board.change(), 3000);
        assertThat(board.live()).as("a look that is late brings nobody back").isEmpty();
    }

    @Test
    void aListIsSearchedFilteredSortedAndCut() {
        for (int n = 1; n <= 30; n++) {
            born(n, "client" + n);
        }
        board.take(Events.row(7, SessionState.ATTACHED, SessionState.DEGRADED, ReasonCode.VOLATILE_PERSISTED, 9000));
        assertThat(page(Map.of()).rows().getFirst().client())
                .as("trouble first")
                .isEqualTo("client7");
        assertThat(page(Map.of("state", "trouble")).total()).isEqualTo(1);
        assertThat(page(Map.of("q", "CLIENT1 192.0.2")).total()).isEqualTo(11);
        assertThat(page(Map.of("q", "nobody")).total()).isZero();
        Listing.Page cut = page(Map.of("sort", "client", "desc", "1", "from", "2", "count", "3"));
        assertThat(cut.total()).isEqualTo(30);
        assertThat(cut.rows()).extracting(SessionRow::client).containsExactly("client7", "client6", "client5");
        assertThat(page(Map.of("from", "99")).rows()).isEmpty();
        assertThat(page(Map.of("from", "-1", "count", "9999999999")).rows()).hasSize(30);
    }

    private Listing.Page page(Map<String, String> asked) {
        return Listing.of(asked).page(board);
    }
}
