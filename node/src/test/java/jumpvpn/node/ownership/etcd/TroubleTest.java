package jumpvpn.node.ownership.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.node.ownership.Reports;
import org.junit.jupiter.api.Test;

class TroubleTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<String> said = new ArrayList<>();
    private long now = -SECOND;
    private final Trouble trouble = new Trouble(
            new Reports() {
                @Override
                public void warn(String text) {
                    said.add("warn " + text);
                }

                @Override
                public void error(String text) {
                    said.add("error " + text);
                }
            },
            () -> now);

    @Test
    void atTheStartTheStoreHasFiveSeconds() {
        assertThat(trouble.why()).isEqualTo("etcd has not answered yet");
        now += 5 * SECOND - 1;
        trouble.is("no lease", Status.UNAVAILABLE);
        assertThat(said).isEmpty();
        assertThat(trouble.why()).startsWith("no lease: UNAVAILABLE");
        now++;
        trouble.is("no lease", Status.UNAVAILABLE);
        trouble.is("no lease", Status.UNAVAILABLE);
        assertThat(said).singleElement().asString().startsWith("error no lease: UNAVAILABLE");
    }

    @Test
    void aStartInTimeSaysNothing() {
        trouble.is("no lease", Status.DEADLINE_EXCEEDED);
        trouble.is("silence");
        trouble.isOver();
        assertThat(said).isEmpty();
        assertThat(trouble.why()).isNull();
    }

    @Test
    void aRefusalIsSaidAtOnce() {
        trouble.is("no lease", Status.PERMISSION_DENIED);
        assertThat(said).singleElement().asString().contains("user and password");
    }

    @Test
    void whatIsSureIsSaidAtOnce() {
        trouble.isSurely("another secret");
        assertThat(said).singleElement().asString().startsWith("error another secret");
    }

    @Test
    void laterItIsSaidAtOnceAndWhenItIsOver() {
        trouble.isOver();
        trouble.is("no lease", Status.UNAVAILABLE);
        trouble.isOver();
        trouble.is("silence");
        assertThat(said).hasSize(3);
        assertThat(said.get(1)).isEqualTo("warn etcd answers again: this gateway has a lease");
    }
}
