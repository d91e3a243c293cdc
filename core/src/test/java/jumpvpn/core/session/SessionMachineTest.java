package jumpvpn.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The machine takes every cell as the table says, counts versions as the owner and carries them as the client. */
class SessionMachineTest {
    private static final long LATER = 77;

    @TestFactory
    Stream<DynamicTest> takesEveryCell() {
        return ContractTable.cells().stream()
                .filter(cell -> !(cell.from() == SessionState.BIRTH && cell.alive()))
                .filter(cell -> !(cell.from() == SessionState.TERMINATED && cell.alive()))
                .map(cell -> dynamicTest(cell.toString(), () -> takes(cell)));
    }

    private static void takes(ContractTable.Cell cell) {
        SessionMachine machine = at(cell.role(), cell.from(), cell.alive());
        StateVersion before = machine.version();
        long since = machine.sinceNanos();

        SessionMachine.Step step = machine.apply(LATER, cell.reason());

        if (cell.to() == null) {
            assertThat(step).isNull();
            assertThat(machine.state()).isEqualTo(cell.from());
            assertThat(machine.bindingAlive()).isEqualTo(cell.alive());
            assertThat(machine.version()).isEqualTo(before);
            assertThat(machine.sinceNanos()).isEqualTo(since);
            return;
        }
        assertThat(step).isNotNull();
        assertThat(step.from()).isEqualTo(cell.from());
        assertThat(step.to()).isEqualTo(cell.to()).isEqualTo(machine.state());
        assertThat(step.reason()).isEqualTo(cell.reason());
        assertThat(step.version()).isEqualTo(machine.version());
        assertThat(machine.version()).isEqualTo(versionAfter(cell, before));
        assertThat(machine.bindingAlive()).isEqualTo(cell.aliveAfter());
        assertThat(machine.sinceNanos()).isEqualTo(LATER);
    }

    private static StateVersion versionAfter(ContractTable.Cell cell, StateVersion before) {
        if (cell.role() == Role.CLIENT) {
            return before;
        }
        return cell.binds()
                ? StateVersion.of(before.epoch() + 1, 0)
                : StateVersion.of(before.epoch(), before.step() + 1);
    }

    /** A machine driven along legal rows into a state; a binding that died alone makes the rest of the cells. */
    private static SessionMachine at(Role role, SessionState state, boolean alive) {
        SessionMachine machine = new SessionMachine(role, 5);
        ReasonCode[] way = switch (state) {
            case BIRTH -> new ReasonCode[] {};
            case ATTACHED -> new ReasonCode[] {ReasonCode.HANDSHAKE_OK};
            case VOLATILE -> new ReasonCode[] {ReasonCode.HANDSHAKE_OK, ReasonCode.LOSS_SPIKE};
            case DEGRADED ->
                new ReasonCode[] {ReasonCode.HANDSHAKE_OK, ReasonCode.LOSS_SPIKE, ReasonCode.VOLATILE_PERSISTED};
            case RECOVERING -> new ReasonCode[] {ReasonCode.HANDSHAKE_OK, ReasonCode.OPERATOR_JUMP};
            case TERMINATED -> new ReasonCode[] {ReasonCode.HANDSHAKE_OK, ReasonCode.OPERATOR_TERMINATE};
        };
        for (ReasonCode reason : way) {
            assertThat(machine.apply(6, reason)).isNotNull();
        }
        if (!alive) {
            machine.bindingDied();
        }
        assertThat(machine.state()).isEqualTo(state);
        assertThat(machine.bindingAlive()).isEqualTo(alive);
        return machine;
    }

    @Test
    void terminatedAbsorbsWhateverComes() {
        for (Role role : Role.values()) {
            SessionMachine machine = at(role, SessionState.TERMINATED, false);
            StateVersion last = machine.version();
            for (ReasonCode reason : ReasonCode.values()) {
                assertThat(machine.apply(LATER, reason)).as("%s", reason).isNull();
            }
            assertThat(machine.state()).isEqualTo(SessionState.TERMINATED);
            assertThat(machine.version()).isEqualTo(last);
        }
    }

    @Test
    void theOwnerNeverSaysAVersionTwice() {
        ReasonCode[] reasons = ReasonCode.values();
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            SessionMachine machine = new SessionMachine(Role.GATEWAY, 0);
            StateVersion last = machine.version();
            for (int i = 0; i < 400; i++) {
                SessionMachine.Step step = machine.apply(i, reasons[random.nextInt(reasons.length)]);
                if (step != null) {
                    assertThat(step.version()).as("seed %d, signal %d", seed, i).isGreaterThan(last);
                    last = step.version();
                }
            }
        }
    }

    @Test
    void theClientCarriesWhatItLearnt() {
        SessionMachine machine = new SessionMachine(Role.CLIENT, 0);
        machine.learn(StateVersion.of(1, 0));
        SessionMachine.Step step = machine.apply(1, ReasonCode.HANDSHAKE_OK);
        assertThat(step).isNotNull();
        assertThat(step.version()).isEqualTo(StateVersion.of(1, 0));
        machine.learn(StateVersion.of(3, 4));
        machine.learn(StateVersion.of(3, 3));
        assertThat(machine.version()).isEqualTo(StateVersion.of(3, 4));
    }

    @Test
    void theOwnerLearnsFromNobody() {
        SessionMachine machine = new SessionMachine(Role.GATEWAY, 0);
        machine.learn(StateVersion.of(9, 9));
        assertThat(machine.version()).isEqualTo(StateVersion.BIRTH);
    }

    @Test
    void versionsAreOrderedUnsignedAndNeverWrap() {
        StateVersion lastStep = StateVersion.of(7, -1);
        StateVersion lastEpoch = StateVersion.of(-1, 0);
        assertThat(lastStep)
                .isGreaterThan(StateVersion.of(7, Integer.MAX_VALUE))
                .isLessThan(StateVersion.of(8, 0));
        assertThat(lastEpoch).isGreaterThan(StateVersion.of(Integer.MAX_VALUE, -1));
        assertThat(lastStep.nextEpoch()).isEqualTo(StateVersion.of(8, 0));
        assertThat(lastEpoch.nextStep()).isEqualTo(StateVersion.of(-1, 1));
        assertThatThrownBy(lastStep::nextStep).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(lastEpoch::nextEpoch).isInstanceOf(ArithmeticException.class);
        assertThat(lastEpoch).hasToString("4294967295.0");
    }

    @Test
    void remembersTheReasonOfItsLastRow() {
        SessionMachine machine = new SessionMachine(Role.CLIENT, 0);
        assertThat(machine.reason()).isNull();
        machine.apply(1, ReasonCode.HANDSHAKE_OK);
        machine.apply(2, ReasonCode.LOSS_SPIKE);
        machine.apply(3, ReasonCode.BOUND); // no row
        assertThat(machine.reason()).isEqualTo(ReasonCode.LOSS_SPIKE);
    }

    @Test
    void aRowWithoutTheOwnersMemoryIsCommittedAboveAllThatTheMemoryMayHaveSaid() {
        StateVersion stored = StateVersion.of(4, 0);
        SessionMachine machine =
                SessionMachine.restored(SessionState.ATTACHED, stored, ReasonCode.REATTACH_ACCEPT, false, 3);
        assertThat(machine.reason()).isEqualTo(ReasonCode.REATTACH_ACCEPT);
        assertThat(machine.inMemory(ReasonCode.LOSS_SPIKE)).isNull();
        SessionMachine.Step first =
                machine.plan(List.of(ReasonCode.GATEWAY_RESTARTED)).getFirst();
        assertThat(first.version()).isEqualTo(StateVersion.of(4, SessionMachine.FIRST_STEP_WITHOUT_MEMORY));
        machine.take(LATER, first);
        SessionMachine.Step next = machine.inMemory(ReasonCode.RECOVERY_WINDOW_EXCEEDED);
        assertThat(next).isNotNull();
        assertThat(next.version()).isEqualTo(first.version().nextStep());
    }

    @Test
    void memorysStepsEndBelowTheFirstOneWithoutMemory() {
        SessionMachine owner = atStep(Role.GATEWAY, SessionMachine.FIRST_STEP_WITHOUT_MEMORY - 2);
        assertThat(owner.isUsedUp()).isFalse();
        assertThat(owner.apply(1, ReasonCode.LOSS_SPIKE)).isNotNull();
        assertThat(owner.isUsedUp()).isTrue();
        StateVersion last = owner.version();
        assertThat(owner.apply(2, ReasonCode.HEALTH_RECOVERED)).isNull();
        assertThat(owner.version()).isEqualTo(last);
        assertThat(owner.plan(List.of(ReasonCode.PEER_REPORTED, ReasonCode.REATTACH_ACCEPT)))
                .extracting(SessionMachine.Step::version)
                .last()
                .isEqualTo(StateVersion.of(2, 0));
        SessionMachine client = atStep(Role.CLIENT, SessionMachine.FIRST_STEP_WITHOUT_MEMORY - 1);
        assertThat(client.isUsedUp()).isFalse();
        assertThat(client.apply(1, ReasonCode.LOSS_SPIKE)).isNotNull();
    }

    @Test
    void aBindIsNoRowOfMemorysStepsAndPossibleWhenTheyAreUsedUp() {
        SessionMachine owner = atStep(Role.GATEWAY, SessionMachine.FIRST_STEP_WITHOUT_MEMORY - 2);
        owner.apply(1, ReasonCode.OPERATOR_JUMP);
        SessionMachine.Step bind = owner.inMemory(ReasonCode.REATTACH_ACCEPT);
        assertThat(bind).isNotNull();
        assertThat(bind.version()).isEqualTo(StateVersion.of(2, 0));
    }

    @Test
    void theLastEpochIsNotBoundAgain() {
        SessionMachine owner = SessionMachine.restored(
                SessionState.RECOVERING, StateVersion.of(-1, 0), ReasonCode.TRANSPORT_DEAD, false, 0);
        assertThatThrownBy(() -> owner.plan(List.of(ReasonCode.REATTACH_ACCEPT)))
                .isInstanceOf(ArithmeticException.class);
        assertThat(owner.version()).isEqualTo(StateVersion.of(-1, 0));
        assertThat(owner.state()).isEqualTo(SessionState.RECOVERING);
    }

    /** Attached in epoch 1, whose step is already so high. */
    private static SessionMachine atStep(Role role, int step) {
        SessionMachine machine = new SessionMachine(role, 0);
        machine.take(
                0,
                new SessionMachine.Step(
                        Transition.BORN,
                        SessionState.BIRTH,
                        SessionState.ATTACHED,
                        StateVersion.of(1, step),
                        ReasonCode.HANDSHAKE_OK));
        return machine;
    }
}
