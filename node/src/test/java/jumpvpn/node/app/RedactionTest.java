package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    private final Redaction redaction = new Redaction(List.of());

    @ParameterizedTest
    @ValueSource(strings = {"apikey", "api-key", "api_key", "X_API_KEY"})
    void aKeyOfAnApiGoesHoweverItsNameIsWritten(String name) {
        assertThat(redaction.clean(name + " = \"abc\"")).isEqualTo(name + " = \"[removed]\"");
    }

    @Test
    void aQuotedSecretMayBeLong() {
        String secret = "a\\\"".repeat(100_000);
        assertThat(redaction.clean("token = \"" + secret + "\"\nmtu = 1280"))
                .isEqualTo("token = \"[removed]\"\nmtu = 1280");
    }

    @Test
    void theLinkThatOpensTheDashboardGoes() {
        String page = "dashboard: open http://127.0.0.1:8080/#";
        assertThat(redaction.clean(page + "Ab-_".repeat(10) + "xyz (good for one time)"))
                .isEqualTo(page + "[removed] (good for one time)");
        assertThat(redaction.clean(page + "sessions")).isEqualTo(page + "sessions");
    }
}
