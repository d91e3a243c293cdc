package jumpvpn.node.observability.jsonl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UtcTimeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-23T18:00:00.123Z",
                "1970-01-01T00:00:00.001Z",
                "2000-02-29T23:59:59.999Z",
                "1969-12-31T23:59:59.987Z",
                "2099-12-31T01:02:03.405Z"
            })
    void readsLikeTheJdksOwn(String text) {
        long millis = Instant.parse(text).toEpochMilli();
        assertThat(UtcTime.format(millis)).isEqualTo(text);
        assertThat(UtcTime.parse((" " + text).getBytes(StandardCharsets.US_ASCII), 1))
                .isEqualTo(millis);
    }
}
