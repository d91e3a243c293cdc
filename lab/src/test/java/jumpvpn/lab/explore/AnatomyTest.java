package jumpvpn.lab.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class AnatomyTest {
    /** Something with a state that nobody shows. */
    private static class Hidden {
        @SuppressWarnings("unused") // the state
        private long count;

        Hidden(long count) {
            this.count = count;
        }
    }

    private static final class Heir extends Hidden {
        Heir(long count) {
            super(count);
        }
    }

    private static Digest.Value of(Object... parts) {
        return Anatomy.of(List.of(parts));
    }

    private static LongSupplier capturing(long[] captured) {
        return () -> captured[0]++;
    }

    @Test
    void equalPartsHaveEqualDigests() {
        assertThat(of(new Hidden(1), List.of("a"))).isEqualTo(of(new Hidden(1), List.of("a")));
    }

    @Test
    void privateFieldsCountAlsoThoseOfASuperclass() {
        assertThat(of(new Hidden(1))).isNotEqualTo(of(new Hidden(2)));
        assertThat(of(new Heir(1))).isNotEqualTo(of(new Heir(2))).isNotEqualTo(of(new Hidden(1)));
    }

    @Test
    void whatLambdasHaveCapturedCounts() {
        assertThat(of(capturing(new long[] {1}))).isEqualTo(of(capturing(new long[] {1})));
        assertThat(of(capturing(new long[] {1}))).isNotEqualTo(of(capturing(new long[] {2})));
    }

    @Test
    void itCountsWhoSharesWhat() {
        Hidden one = new Hidden(1);
        assertThat(of(one, one)).isNotEqualTo(of(one, new Hidden(1)));
    }

    @Test
    void cyclesEnd() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        assertThat(of(cycle)).isEqualTo(of(cycle));
    }

    @Test
    void aClassThatItDoesNotKnowIsAnError() {
        assertThatThrownBy(() -> of(Locale.ROOT)).hasMessageContaining("java.util.Locale");
    }
}
