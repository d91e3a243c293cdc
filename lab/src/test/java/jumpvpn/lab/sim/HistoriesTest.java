package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** Answers of a table that can't be are found, and only those. */
class HistoriesTest {
    private static final SessionId ID = new SessionId(1, 2);

    private final Histories histories = new Histories();

    private static SessionRecord record(int epoch, boolean live) {
        SessionState to = live ? SessionState.ATTACHED : SessionState.TERMINATED;
        return new SessionRecord(
                ID,
                "00".repeat(32),
                "laptop",
                new Owner(1, 1),
                epoch,
                List.of(new SessionRecord.Row(
                        StateVersion.of(epoch, 0), SessionState.RECOVERING, to, ReasonCode.REATTACH_ACCEPT)),
                List.of(),
                "",
                List.of(),
                Policy.DEFAULT,
                0,
                0,
                SwitchTimes.born(0));
    }

    private void commit(int expected, int made, Outcome outcome, long asked, long answered) {
        histories
                .asks(List.of(new SessionTable.Change(ID, expected, record(made, true))), asked)
                .answered(outcome, answered);
    }

    private void end(int expected, long asked, long answered) {
        histories
                .asks(List.of(new SessionTable.Change(ID, expected, record(expected, false))), asked)
                .answered(Outcome.COMMITTED, answered);
    }

    @Test
    void whatComesInOrderIsRight() {
        commit(0, 1, Outcome.COMMITTED, 0, 10);
        commit(1, 2, Outcome.COMMITTED, 20, 40);
        histories.read(record(1, true), 15, 35);
        histories.read(record(2, true), 25, 30);
        commit(1, 2, Outcome.REFUSED, 25, 50);
        commit(2, 2, Outcome.COMMITTED, 50, 60);
        end(2, 70, 80);
        histories.read(record(2, false), 75, 90);
        assertThat(histories.wrong()).isNull();
    }

    @Test
    void whatNobodyCouldSayExplainsWhatComesLater() {
        commit(0, 1, Outcome.COMMITTED, 0, 10);
        commit(1, 2, Outcome.UNKNOWN, 20, 30);
        commit(1, 2, Outcome.REFUSED, 40, 50);
        histories.read(record(2, true), 60, 70);
        assertThat(histories.wrong()).isNull();
    }

    @Test
    void aCommitThatNobodyHeardOfExplainsARefusal() {
        commit(0, 1, Outcome.COMMITTED, 0, 10);
        histories.asks(List.of(new SessionTable.Change(ID, 1, record(2, true))), 15);
        commit(1, 2, Outcome.REFUSED, 20, 30);
        assertThat(histories.wrong()).isNull();
    }

    @Test
    void twoBindsOfOneEpoch() {
        commit(0, 1, Outcome.COMMITTED, 0, 10);
        commit(1, 2, Outcome.COMMITTED, 20, 40);
        commit(1, 2, Outcome.COMMITTED, 30, 50);
        assertThat(histories.wrong()).contains("both");
    }

    @Test
    void aReadOfWhatIsGone() {
        commit(0, 1, Outcome.COMMITTED, 0, 10);
        commit(1, 2, Outcome.COMMITTED, 20, 40);
        histories.read(record(1, true), 41, 50);
        assertThat(histories.wrong()).contains("although it was at 2");
    }

    @Test
    void aReadBeforeAnotherThatIsOlder() {
        commit(1, 2, Outcome.UNKNOWN, 0, 100);
        histories.read(record(2, true), 10, 20);
        histories.read(record(1, true), 30, 40);
        assertThat(histories.wrong()).contains("although it was at 2");
    }

    @Test
    void aLifeAfterTheEnd() {
        commit(0, 1, Outcome.COMMITTED, 0, 10);
        end(1, 20, 30);
        commit(1, 2, Outcome.COMMITTED, 40, 50);
        assertThat(histories.wrong()).isNotNull();
    }

    @Test
    void aRefusalWithoutACause() {
        commit(0, 1, Outcome.COMMITTED, 0, 10);
        commit(1, 2, Outcome.REFUSED, 20, 30);
        assertThat(histories.wrong()).contains("although nobody");
    }
}
