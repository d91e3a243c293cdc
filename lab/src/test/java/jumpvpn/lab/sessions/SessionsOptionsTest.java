package jumpvpn.lab.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionsOptionsTest {
    @Test
    void whatIsNotGivenIsAThousandAndAHundred() {
        assertThat(SessionsOptions.parse(List.of())).isEqualTo(new SessionsOptions(1000, 100, 5, 5, Optional.empty()));
    }

    @Test
    void optionsComeInAnyOrder() {
        assertThat(SessionsOptions.parse(List.of("--out", "x", "--runs", "2", "--active", "3", "--sessions", "4")))
                .isEqualTo(new SessionsOptions(4, 3, 5, 2, Optional.of(Path.of("x"))));
    }

    @Test
    void whatIsWrongIsNamed() {
        refused("--active 11: there are only 10 sessions", "--sessions", "10", "--active", "11");
        refused("--sessions 4001: give a number from 2 to 4000", "--sessions", "4001");
        refused("--runs nothing: give a number", "--runs");
        refused("--fast is unknown", "--fast", "1");
        refused("--runs is unknown", "--runs", "1", "--runs", "2");
    }

    private static void refused(String words, String... arguments) {
        assertThatThrownBy(() -> SessionsOptions.parse(List.of(arguments)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }
}
