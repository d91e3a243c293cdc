package jumpvpn.core.data;

import static jumpvpn.core.data.BindingPair.dropped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A binding whose keys are renewed: who may seal and open under what, and when. */
class KeyPhaseTest {
    private static final long START = 7_000_000_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final byte[] THERE = filled(3);
    private static final byte[] BACK = filled(4);

    private final BindingPair pair = new BindingPair();

    private static byte[] filled(int with) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) with);
        return key;
    }

    private byte[] fromLeft(long nowNanos) {
        return pair.left.sealed(PacketLayout.DATA, new byte[10], nowNanos);
    }

    private void bothExpect(long nowNanos) {
        pair.left.expect(THERE, BACK, nowNanos);
        pair.right.expect(BACK, THERE, nowNanos);
    }

    @Test
    void whatIsUnderWayUnderTheOldKeysIsOpenedUntilTheyAreDropped() {
        byte[] first = fromLeft(START);
        byte[] second = fromLeft(START);
        bothExpect(START);
        byte[] third = fromLeft(START);
        pair.left.sealNewest();
        byte[] fourth = fromLeft(START);
        assertThat(fourth[1]).isEqualTo((byte) 1);
        assertThat(third[1]).isZero();
        assertThat(pair.right.newestOpened()).isFalse();
        assertThat(pair.rightOpens(fourth, START)).isEqualTo(10);
        assertThat(pair.right.newestOpened()).isTrue();
        assertThat(pair.rightOpens(third, START)).isEqualTo(10);
        assertThat(pair.rightOpens(first, START)).isEqualTo(10);
        assertThat(pair.rightOpens(first, START)).as("one window for both").isEqualTo(dropped(DropReason.REPLAYED));
        pair.right.sealNewest();
        pair.right.dropOlder();
        assertThat(pair.rightOpens(second, START)).isEqualTo(dropped(DropReason.BAD_TAG));
        assertThat(pair.rightOpens(fromLeft(START), START)).isEqualTo(10);
    }

    @Test
    void anEndThatOnlyExpectsGoesOnUnderTheOldKeys() {
        pair.right.expect(BACK, THERE, START);
        assertThat(pair.rightOpens(fromLeft(START), START)).isEqualTo(10);
        byte[] back = pair.right.sealed(PacketLayout.DATA, new byte[3], START);
        assertThat(pair.leftOpens(back, START)).isEqualTo(3);
        pair.right.dropOlder();
        assertThat(pair.right.hasOlder()).as("it seals under them").isTrue();
        assertThat(pair.rightOpens(fromLeft(START), START)).isEqualTo(10);
    }

    @Test
    void aThirdPhaseWaitsForTheFirstToGo() {
        bothExpect(START);
        assertThatIllegalStateException().isThrownBy(() -> pair.left.expect(THERE, BACK, START));
    }

    @Test
    void aPhaseThatNeverWasOpensNothing() {
        byte[] packet = fromLeft(START);
        packet[1] = 1;
        assertThat(pair.rightOpens(packet, START)).isEqualTo(dropped(DropReason.BAD_TAG));
        bothExpect(START);
        assertThat(pair.rightOpens(packet, START)).as("other keys").isEqualTo(dropped(DropReason.BAD_TAG));
        packet[1] = 0;
        assertThat(pair.rightOpens(packet, START)).isEqualTo(10);
    }

    @Test
    void thePhaseByteWrapsAndTheKeysDoNot() {
        for (int phase = 1; phase <= 600; phase++) {
            byte[] there = filled(phase % 100);
            byte[] back = filled(100 + phase % 100);
            pair.left.expect(there, back, START);
            pair.right.expect(back, there, START);
            pair.left.sealNewest();
            byte[] packet = fromLeft(START);
            assertThat(packet[1]).isEqualTo((byte) phase);
            assertThat(pair.rightOpens(packet, START)).isEqualTo(10);
            assertThat(pair.right.newestOpened()).isTrue();
            pair.right.sealNewest();
            pair.left.dropOlder();
            pair.right.dropOlder();
        }
    }

    @Test
    void keysThatAreTooOldSealNothingAndOpenWhatWasUnderWay() {
        byte[] late = fromLeft(START + 180 * SECOND - 1);
        byte[] later = fromLeft(START + 180 * SECOND - 1);
        assertThat(pair.left.isExhausted(START + 180 * SECOND - 1)).isFalse();
        assertThat(pair.left.isExhausted(START + 180 * SECOND)).isTrue();
        assertThat(fromLeft(START + 180 * SECOND)).isNull();
        assertThat(pair.rightOpens(late, START + 182 * SECOND - 1)).isEqualTo(10);
        assertThat(pair.rightOpens(later, START + 182 * SECOND)).isEqualTo(dropped(DropReason.BAD_TAG));
        pair.left.expect(THERE, BACK, START + 100 * SECOND);
        pair.left.sealNewest();
        assertThat(pair.left.keysEndNanos()).isEqualTo(START + 280 * SECOND);
        assertThat(fromLeft(START + 180 * SECOND)).isNotNull();
    }

    @Test
    void aRestedBindingGoesOnAndTakesNothingTwice() {
        byte[] first = fromLeft(START);
        byte[] second = fromLeft(START);
        assertThat(pair.rightOpens(second, START)).isEqualTo(10);
        pair.left.rest();
        pair.right.rest();
        assertThat(pair.rightOpens(second, START)).isEqualTo(dropped(DropReason.REPLAYED));
        assertThat(pair.rightOpens(first, START)).isEqualTo(dropped(DropReason.REPLAYED));
        assertThat(pair.rightOpens(fromLeft(START), START)).isEqualTo(10);
    }

    @Test
    void aWipedBindingSealsAndOpensNothing() {
        byte[] packet = fromLeft(START);
        bothExpect(START);
        pair.left.sealNewest();
        pair.left.wipe();
        pair.right.wipe();
        assertThat(fromLeft(START)).isNull();
        assertThat(pair.rightOpens(packet, START)).isEqualTo(dropped(DropReason.BAD_TAG));
    }
}
