package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttendanceTest {
    private static final Map<?, ?> ATTACHED = Map.of("state", "ATTACHED");

    @Test
    void allWereBornAndAreAttached() {
        Attendance all = Attendance.of(List.of(ATTACHED, ATTACHED), List.of(born("a"), born("b")));
        assertThat(all.isComplete(2)).isTrue();
        assertThat(all.isComplete(3)).isFalse();
        assertThat(all).hasToString("2 ATTACHED of 2 born; ATTACHED was left never, 0 ended");
    }

    @Test
    void whoWasAwayIsSaidAndHasToBeBack() {
        List<EventLine> events = List.of(
                born("a"),
                born("b"),
                row("b", "ATTACHED", "VOLATILE", "LOSS_SPIKE"),
                row("b", "VOLATILE", "ATTACHED", ""));
        assertThat(Attendance.of(List.of(ATTACHED, ATTACHED), events).isComplete(2))
                .isTrue();
        assertThat(Attendance.of(List.of(ATTACHED, Map.of("state", "VOLATILE")), events))
                .satisfies(one -> assertThat(one.isComplete(2)).isFalse())
                .hasToString("1 ATTACHED of 2 born; ATTACHED was left {LOSS_SPIKE=1}, 0 ended");
    }

    @Test
    void oneThatEndedIsMissedThoughAnotherCame() {
        List<EventLine> events = List.of(born("a"), born("b"), row("b", "ATTACHED", "TERMINATED", "SUPERSEDED"));
        assertThat(Attendance.of(List.of(ATTACHED, ATTACHED), events).isComplete(2))
                .isFalse();
    }

    private static EventLine born(String session) {
        return row(session, "BIRTH", "ATTACHED", "HANDSHAKE_OK");
    }

    private static EventLine row(String session, String from, String to, String reason) {
        return EventLine.parse("""
                {"ts":"2026-11-23T19:56:46Z","role":"gateway","type":"STATE_CHANGE","session_id":"%s","from":"%s","to":"%s","reason":"%s"}""".formatted(session, from, to, reason));
    }
}
