package jumpvpn.node.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The small things: memory, errors, clocks, randomness, polling, waking. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class HostTest {
    @Test
    void memoryReadsWhatWasWrittenInBothByteOrders() {
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocate(32).address();
            Memory.putLongBig(at + 1, 0x0102030405060708L);
            assertThat(Memory.getByte(at + 1)).isEqualTo((byte) 1);
            assertThat(Memory.getLong(at + 1)).isEqualTo(0x0807060504030201L);
            assertThat(Memory.getLongBig(at + 1)).isEqualTo(0x0102030405060708L);
            Memory.putIntBig(at + 3, 0xa0b0c0d0);
            assertThat(Memory.getInt(at + 3)).isEqualTo(0xd0c0b0a0);
            assertThat(Memory.getIntBig(at + 3)).isEqualTo(0xa0b0c0d0);
            Memory.putShortBig(at, (short) 0x1122);
            assertThat(Memory.getShort(at)).isEqualTo((short) 0x2211);
            assertThat(Memory.getShortBig(at)).isEqualTo((short) 0x1122);
            Memory.copy(at, at + 1, 8);
            byte[] out = new byte[3];
            Memory.copy(at + 1, out, 1, 2);
            assertThat(out).containsExactly(0, 0x11, 0x22);
            Memory.copy(new byte[] {9, 8, 7}, 1, at, 2);
            assertThat(Memory.getShortBig(at)).isEqualTo((short) 0x0807);
        }
    }

    @Test
    void failuresComeBackAsNegatedErrorNumbers() {
        assertThat(Libc.open("/no/such/file", Libc.O_RDWR)).isEqualTo(-Errno.ENOENT);
        assertThat(Libc.read(-1, 0, 0)).isEqualTo(-9);
        assertThat(Libc.ifNameToIndex("lo")).isEqualTo(1);
        assertThat(Libc.ifNameToIndex("nosuchif")).isZero();
    }

    @Test
    void anErrorSaysWhatWasAttemptedItsNameAndWhatToDo() {
        assertThatThrownBy(() -> LinuxException.check(-Errno.EPERM, "do a thing"))
                .isInstanceOf(LinuxException.class)
                .hasMessage("cannot do a thing: EPERM; needs CAP_NET_ADMIN: run as root, or in a user namespace of your"
                        + " own (unshare -Urn)");
        assertThat(new LinuxException(Errno.ENODEV, "x")).hasMessageContaining("ip link");
        assertThat(new LinuxException(4711, "x")).hasMessage("cannot x: errno 4711; see errno(3)");
    }

    @Test
    void bootClockIsTheKernelsAndNeverGoesBack() throws Exception {
        BootClock clock = new BootClock();
        double uptime =
                Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
        long first = clock.nowNanos();
        assertThat(first / 1e9).isBetween(uptime - 0.02, uptime + 5);
        for (int i = 0; i < 1000; i++) {
            long next = clock.nowNanos();
            assertThat(next).isGreaterThanOrEqualTo(first);
            first = next;
        }
    }

    @Test
    void entropyFillsTheWholeArrayDifferently() {
        SystemEntropy entropy = new SystemEntropy();
        byte[] a = entropy.bytes(100_000);
        byte[] b = entropy.bytes(100_000);
        assertThat(a).isNotEqualTo(b);
        int zeros = 0;
        for (byte each : a) {
            zeros += each == 0 ? 1 : 0;
        }
        assertThat(zeros).isBetween(200, 700); // expected 391, deviation 20
        assertThat(entropy.bytes(0)).isEmpty();
    }

    @Test
    void pollerTimesOutAndSeesOnlyWhatIsReady() throws Exception {
        Poller poller = new Poller(3);
        try (Waker quiet = new Waker();
                Waker loud = new Waker()) {
            poller.watch(0, quiet.fd(), false);
            poller.watch(2, loud.fd(), true);
            loud.wake();
            assertThat(poller.await(Poller.FOREVER)).isEqualTo(1);
            assertThat(poller.readable(0)).isFalse();
            assertThat(poller.readable(1)).isFalse();
            assertThat(poller.readable(2)).isTrue();
            assertThat(poller.writable(2)).isTrue();
            loud.drain();
            poller.watch(2, loud.fd(), false);
            long before = System.nanoTime();
            assertThat(poller.await(3_000_000)).isZero();
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(3_000_000);
            assertThat(poller.readable(2)).isFalse();
            poller.ignore(2);
            loud.wake();
            assertThat(poller.await(0)).isZero();
        }
    }

    @Test
    void wakerEndsAnotherThreadsWaitAndManyWakesAreOne() throws Exception {
        Waker waker = new Waker();
        Poller poller = new Poller(1);
        poller.watch(0, waker.fd(), false);
        Thread other = Thread.ofPlatform().start(() -> {
            waker.wake();
            waker.wake();
        });
        assertThat(poller.await(Poller.FOREVER)).isEqualTo(1);
        other.join();
        waker.drain();
        assertThat(poller.await(0)).isZero();
        waker.wake();
        assertThat(poller.await(Poller.FOREVER)).isEqualTo(1);
        waker.close();
        waker.close();
        waker.drain();
        waker.wake(); // the number may be somebody else's file by now
    }
}
