package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.SessionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A simulation that can't fail proves nothing: broken parts are put in from outside, and it must say so. */
class PlantedFaultTest {
    private static final int SEEDS = 40;
    private static final int SEEDS_FOR_CORE = 60; // the rarest, skip-gate-c, needs 47

    /** What the simulation found with these parts. */
    private static List<String> found(LongFunction<Parts> parts) {
        List<String> invariants = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Simulation.run(seed, parts.apply(seed));
            } catch (Violation violation) {
                assertThat(violation).hasMessageContaining("seed " + seed);
                invariants.add(violation.invariant());
            }
        }
        return invariants;
    }

    @Test
    void soundPartsAreNotAccused() {
        assertThat(found(Parts::new)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aFaultOfTheCoreIsCaught(Fault fault) {
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= SEEDS_FOR_CORE; seed++) {
                        Simulation.run(seed, Parts.planted(seed, fault));
                    }
                })
                .isInstanceOfSatisfying(
                        Violation.class,
                        caught -> assertThat(caught.invariant()).isNotEqualTo("CRASH"));
    }

    @Test
    void aFailureReplaysExactly() {
        String first = null;
        for (int run = 0; run < 2; run++) {
            for (long seed = 1; seed <= SEEDS_FOR_CORE; seed++) {
                try {
                    Simulation.run(seed, Parts.planted(seed, Fault.KEEP_OLD_BINDING));
                } catch (Violation caught) {
                    first = first == null ? caught.getMessage() : first;
                    assertThat(caught).hasMessage(first);
                    break;
                }
            }
        }
        assertThat(first).contains("seed ").contains("of simulated time");
    }

    @Test
    void randomnessThatRepeats() {
        assertThat(found(seed -> new Parts(seed) {
                    @Override
                    public Entropy entropy(String node) {
                        return out -> Arrays.fill(out, (byte) 7);
                    }
                }))
                .contains("I12");
    }

    @Test
    void aCipherThatLooksAtNoTag() {
        assertThat(found(seed -> new Parts(seed) {
                    @Override
                    public AeadPort aead() {
                        return (_, key) -> new Untagged(Arrays.hashCode(key));
                    }
                }))
                .contains("INNER");
    }

    /** Hides, but proves nothing. */
    private record Untagged(int key) implements Aead {
        @Override
        public void seal(long counter, MemorySegment memory, long aad, int aadLength, long text, int textLength) {
            for (long at = text; at < text + textLength; at++) {
                byte before = memory.get(ValueLayout.JAVA_BYTE, at);
                memory.set(ValueLayout.JAVA_BYTE, at, (byte) (before ^ key ^ counter));
            }
        }

        @Override
        public int open(long counter, MemorySegment memory, long aad, int aadLength, long sealed, int sealedLength) {
            int length = sealedLength - TAG_LENGTH;
            seal(counter, memory, aad, aadLength, sealed, Math.max(0, length));
            return Math.max(-1, length);
        }
    }

    @Test
    void aSinkThatLosesEvents() {
        assertThat(found(seed -> new Parts(seed) {
                    private int rows;

                    @Override
                    public EventSink sink(EventSink sound) {
                        return event -> {
                            boolean lost = event.type() == EventType.STATE_CHANGE && ++rows % 5 == 0;
                            if (!lost) {
                                sound.emit(event);
                            }
                        };
                    }
                }))
                .contains("I11");
    }

    @Test
    void aSinkThatSaysItTwice() {
        assertThat(found(seed -> new Parts(seed) {
                    private int rows;

                    @Override
                    public EventSink sink(EventSink sound) {
                        return event -> {
                            sound.emit(event);
                            if (event.type() == EventType.STATE_CHANGE && ++rows % 5 == 0) {
                                sound.emit(event);
                            }
                        };
                    }
                }))
                .containsAnyOf("I11", "I10");
    }

    @Test
    void aTableThatForgetsCommits() {
        assertThat(found(seed -> new Parts(seed) {
                    @Override
                    public SessionTable table(SessionTable sound) {
                        return new Table(sound, false);
                    }
                }))
                .contains("I2");
    }

    @Test
    void aTableThatAnswersTwice() {
        assertThat(found(seed -> new Parts(seed) {
                    @Override
                    public SessionTable table(SessionTable sound) {
                        return new Table(sound, true);
                    }
                }))
                .isNotEmpty();
    }

    /** Every third commit goes wrong. */
    private static final class Table implements SessionTable {
        private final SessionTable sound;
        private final boolean twice;
        private int commits;

        Table(SessionTable sound, boolean twice) {
            this.sound = sound;
            this.twice = twice;
        }

        @Override
        public void commit(long commitId, List<Change> changes, Consumer<Outcome> done) {
            if (++commits % 3 != 0) {
                sound.commit(commitId, changes, done);
            } else if (twice) {
                sound.commit(commitId, changes, done);
                done.accept(Outcome.COMMITTED);
            } else {
                done.accept(Outcome.COMMITTED);
            }
        }

        @Override
        public void read(SessionId id, Consumer<Reading> done) {
            sound.read(id, done);
        }

        @Override
        public void readClient(String clientKey, Consumer<Reading> done) {
            sound.readClient(clientKey, done);
        }

        @Override
        public void mark(Mark mark, Consumer<Outcome> done) {
            sound.mark(mark, done);
        }

        @Override
        public void load(long gateway, Consumer<List<SessionRecord>> done) {
            sound.load(gateway, done);
        }

        @Override
        public void watch(Watcher watcher) {
            sound.watch(watcher);
        }
    }
}
