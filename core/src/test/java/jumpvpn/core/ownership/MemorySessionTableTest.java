package jumpvpn.core.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.ownership.SessionTable.Loss;
import jumpvpn.core.ownership.SessionTable.Mark;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SessionTable.Reading;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemorySessionTableTest {
    private static final SessionId ONE = new SessionId(3, 1);
    private static final SessionId TWO = new SessionId(3, 2);

    private final MemorySessionTable table = new MemorySessionTable();

    private Outcome commit(Change... changes) {
        List<Outcome> outcomes = new ArrayList<>();
        table.commit(1, List.of(changes), outcomes::add);
        assertThat(outcomes).hasSize(1);
        return outcomes.getFirst();
    }

    private Reading read(SessionId id) {
        List<Reading> readings = new ArrayList<>();
        table.read(id, readings::add);
        return readings.getFirst();
    }

    private Reading client(String key) {
        List<Reading> readings = new ArrayList<>();
        table.readClient(key, readings::add);
        return readings.getFirst();
    }

    private long lifeOf(SessionId id) {
        return ((Reading.Found) read(id)).record().noBindingSinceNanos();
    }

    @Test
    void allChangesOrNone() {
        assertThat(commit(new Change(ONE, 0, Records.born(1, "a")))).isEqualTo(Outcome.COMMITTED);
        assertThat(commit(new Change(ONE, 1, Records.bound(1, "a", 2)), new Change(TWO, 7, Records.bound(2, "b", 8))))
                .isEqualTo(Outcome.REFUSED);
        assertThat(table.live()).singleElement().isEqualTo(table.get(ONE));
        assertThat(((Reading.Found) read(ONE)).record().version().epoch()).isEqualTo(1);
        assertThat(read(TWO)).isEqualTo(new Reading.None());
    }

    @Test
    void whatHasEndedStaysEndedUntilItIsRemoved() {
        commit(new Change(ONE, 0, Records.born(1, "a")));
        assertThat(commit(new Change(ONE, 1, Records.ended(1, "a", 1)))).isEqualTo(Outcome.COMMITTED);
        assertThat(commit(new Change(ONE, 1, Records.bound(1, "a", 2)))).isEqualTo(Outcome.REFUSED);
        assertThat(client("a")).isEqualTo(new Reading.None());
        assertThat(((Reading.Found) read(ONE)).record().isLive()).isFalse();
        assertThat(table.live()).isEmpty();
        assertThat(commit(new Change(ONE, 0, Records.born(1, "a"))))
                .as("it is not born again")
                .isEqualTo(Outcome.REFUSED);
        assertThat(commit(new Change(ONE, 0, null))).isEqualTo(Outcome.COMMITTED);
        assertThat(table.size()).isZero();
    }

    @Test
    void aClientHasOneLiveSession() {
        commit(new Change(ONE, 0, Records.born(1, "a")));
        assertThat(commit(new Change(TWO, 0, Records.born(2, "a")))).isEqualTo(Outcome.REFUSED);
        assertThat(((Reading.Found) client("a")).record().id()).isEqualTo(ONE);
        assertThat(commit(new Change(TWO, 0, Records.born(2, "a")), new Change(ONE, 1, Records.ended(1, "a", 1))))
                .isEqualTo(Outcome.COMMITTED);
        assertThat(((Reading.Found) client("a")).record().id()).isEqualTo(TWO);
    }

    @Test
    void theOwnersSignOfLifeCountsUntilTheBindingIsLost() {
        commit(new Change(ONE, 0, Records.born(1, "a")), new Change(TWO, 0, Records.born(2, "b")));
        assertThat(lifeOf(ONE)).isEqualTo(500);
        table.mark(new Mark(Records.OWNER, 600, List.of(new Loss(TWO, 1, 555), new Loss(ONE, 9, 1))), _ -> {});
        assertThat(lifeOf(ONE)).isEqualTo(600);
        assertThat(lifeOf(TWO)).isEqualTo(555);
        table.mark(new Mark(Records.OWNER, 700, List.of()), _ -> {});
        assertThat(lifeOf(TWO)).as("lost is lost").isEqualTo(555);
        commit(new Change(TWO, 1, Records.bound(2, "b", 2)));
        assertThat(lifeOf(TWO)).as("bound again").isEqualTo(700);
    }

    @Test
    void aNewStartOfTheOwnerIsNoSignOfLifeOfItsOldBindings() {
        commit(new Change(ONE, 0, Records.born(1, "a")));
        table.mark(new Mark(Records.OWNER, 600, List.of()), _ -> {});
        Owner again = new Owner(Records.OWNER.gateway(), 78);
        table.mark(new Mark(again, 900, List.of()), _ -> {});
        table.mark(new Mark(again, 1000, List.of()), _ -> {});
        assertThat(lifeOf(ONE)).isEqualTo(600);
        List<SessionRecord> loaded = new ArrayList<>();
        table.load(Records.OWNER.gateway(), loaded::addAll);
        assertThat(loaded)
                .singleElement()
                .extracting(SessionRecord::noBindingSinceNanos)
                .isEqualTo(600L);
        table.load(4, records -> assertThat(records).isEmpty());
    }

    @Test
    void everybodyHearsOfEveryChangeInOrder() {
        List<String> heard = new ArrayList<>();
        table.watch(new SessionTable.Watcher() {
            @Override
            public void committed(SessionId id, @Nullable SessionRecord record) {
                heard.add(id.low() + " " + (record == null ? "gone" : record.version()));
            }

            @Override
            public void ownerGone(SessionRecord record) {
                heard.add("owner gone");
            }
        });
        commit(new Change(ONE, 0, Records.born(1, "a")));
        commit(new Change(ONE, 7, Records.bound(1, "a", 8)));
        commit(new Change(ONE, 1, Records.ended(1, "a", 1)), new Change(TWO, 0, Records.born(2, "a")));
        commit(new Change(ONE, 0, null));
        assertThat(heard).containsExactly("1 1.0", "1 1.3", "2 1.0", "1 gone");
    }
}
