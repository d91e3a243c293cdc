package jumpvpn.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The manual's registry of reasons is the code's: operators look there, and numbers go over the wire. */
class ReasonsDocTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| *(\\d+) *\\| *`(\\w+)` *\\|");

    @Test
    void namesEveryReasonWithItsNumberInOrderAndNothingElse() throws IOException {
        String page = Files.readString(Path.of("../docs/protocol/reasons.md"));
        List<String> documented = ROW.matcher(page)
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();
        assertThat(documented)
                .containsExactlyElementsOf(Arrays.stream(ReasonCode.values())
                        .map(reason -> reason.number() + " " + reason)
                        .toList());
    }

    @Test
    void findsEveryReasonByItsNumberAndNoneByAnother() {
        for (ReasonCode reason : ReasonCode.values()) {
            assertThat(ReasonCode.of(reason.number())).isEqualTo(reason);
        }
        for (int number : new int[] {-1, 0, 127, 128, 65_535}) {
            assertThat(ReasonCode.of(number)).isNull();
        }
    }
}
