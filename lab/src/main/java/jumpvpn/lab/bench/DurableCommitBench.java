package jumpvpn.lab.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable.Change;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.host.SystemEntropy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Binds in the embedded session table, each on disk (fdatasync) before it is counted: random ids, whole records, sealed secrets, many under way at once as when
 * many clients come back. In the folder of {@code java.io.tmpdir}: point it at the disk in question.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
@State(Scope.Thread)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m"})
public class DurableCommitBench extends SingleShot {
    private static final int SESSIONS = 10_000;
    private static final int COMMITS = 10_000;
    private static final int UNDER_WAY = 4096;
    private static final long HOUR_NANOS = 3_600_000_000_000L;
    private static final Owner OWNER = new Owner(1, 1);

    private final Crypto crypto = Crypto.jdk(new SystemEntropy());
    private final SessionId[] ids = new SessionId[SESSIONS];
    private final int[] epochs = new int[SESSIONS];
    private DurableTable table;
    private int next;

    /** Makes the table with all its sessions. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        table = new DurableTable(
                OWNER.gateway(),
                crypto,
                () -> new ClockReading(System.nanoTime(), System.currentTimeMillis() * 1_000_000));
        for (int i = 0; i < SESSIONS; i++) {
            ids[i] = SessionId.of(crypto.entropy().bytes(16));
            commit(i);
        }
        table.settle(0);
    }

    /** Takes everything away. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        table.close();
    }

    /** Commits, and waits until the last of them is on disk. */
    @Benchmark
    @OperationsPerInvocation(COMMITS)
    public void bind() {
        for (int i = 0; i < COMMITS; i++) {
            commit(next);
            next = (next + 1) % SESSIONS;
            table.settle(UNDER_WAY - 1);
        }
        table.settle(0);
    }

    private void commit(int session) {
        int before = epochs[session]++;
        Change change = new Change(ids[session], before, record(session, epochs[session]));
        table.commit(crypto.entropy().nextLong(), List.of(change), outcome -> {
            if (outcome != Outcome.COMMITTED) {
                throw new IllegalStateException(outcome.toString());
            }
        });
    }

    private SessionRecord record(int session, int epoch) {
        byte[] client = ByteBuffer.allocate(32).putInt(session).array();
        List<SessionSecret> secrets = List.of(
                new SessionSecret(epoch, crypto.entropy().bytes(32)),
                new SessionSecret(epoch + 1, crypto.entropy().bytes(32)));
        return new SessionRecord(
                ids[session],
                SessionRecord.clientKey(client),
                "laptop-" + session,
                OWNER,
                crypto.entropy().nextLong(),
                List.of(
                        new SessionRecord.Row(
                                StateVersion.of(epoch - 1, 1),
                                SessionState.ATTACHED,
                                SessionState.RECOVERING,
                                ReasonCode.PEER_REPORTED),
                        new SessionRecord.Row(
                                StateVersion.of(epoch, 0),
                                SessionState.RECOVERING,
                                SessionState.ATTACHED,
                                ReasonCode.REATTACH_ACCEPT)),
                secrets,
                "00112233445566778899aabbccddeeff",
                List.of(Prefix.parse("10.77.0.9/24"), Prefix.parse("fd77::9/64")),
                Policy.DEFAULT,
                System.nanoTime() + HOUR_NANOS,
                System.nanoTime(),
                new SwitchTimes(System.nanoTime(), System.nanoTime(), List.of()));
    }
}
