package jumpvpn.node.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
public final class Similar {
    private Similar() {}

    /** The closest of the words, if it is close: at most a third of the letters differ. */
    public static Optional<String> to(String typed, Collection<String> words) {
        String wanted = normal(typed);
        return words.stream()
                .filter(word -> distance(wanted, normal(word)) <= Math.max(1, Math.max(wanted.length(), word.length()) / 3))
                .min(Comparator.comparingInt(word -> distance(wanted, normal(word))));
    }

    private static String normal(String text) {
        String cut = text.length() > 64 ? text.substring(0, 64) : text;
        return cut.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Levenshtein's distance, one row at a time. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
