package jumpvpn.lab.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResidenceTest {
    private static final int SAMPLES = 100;

    @Test
    void whatGrowsOnlyWhileItWarmsUpIsFlat() {
        assertThat(grown(0, 1_000_000).isFlat().ok()).isTrue();
    }

    @Test
    void whatGrowsByMoreThanATenthIsNot() {
        // from the middle of the first quarter to that of the last: 60 samples
        assertThat(grown(130_000, 0).isFlat().ok()).isTrue();
        assertThat(grown(150_000, 0).isFlat().ok()).isFalse();
    }

    @Test
    void aFewSamplesProveNothing() {
        Residence residence = new Residence("client");
        residence.add(1);
        assertThat(residence.isFlat().ok()).isFalse();
    }

    private static Residence grown(long bytesASample, long inWarmUp) {
        Residence residence = new Residence("client");
        long bytes = 80_000_000;
        for (int i = 0; i < SAMPLES; i++) {
            residence.add(bytes);
            bytes += bytesASample + (i < SAMPLES / 5 ? inWarmUp : 0);
        }
        return residence;
    }
}
