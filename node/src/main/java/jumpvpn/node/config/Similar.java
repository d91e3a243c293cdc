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
                .filter(word ->
                        distance(wanted, normal(word)) <= Math.max(1, Math.max(wanted.length(), word.length()) / 3))
                .min(Comparator.comparingInt(word -> distance(wanted, normal(word))));
    }

    private static String normal(String text) {
        String cut = text.length() > 64 ? text.substring(0, 64) : text;
        return cut.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Insertions, deletions, changes and swaps of neighbours (Damerau and Levenshtein's, each place touched once). */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
