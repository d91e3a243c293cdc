package jumpvpn.node.app;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of a text: those that are known, in every form in which they may be written, and whatever looks like one. Of a key that may be public a fingerprint
 * stays, so that it can be seen which are the same.
 */
final class Redaction {
    private static final String REMOVED = "[removed]";
    private static final Pattern PEM = Pattern.compile(
            "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\\z)", Pattern.DOTALL);
    private static final Pattern NAMED = Pattern.compile(
            "(?i)([\\w.-]*(?:token|secret|passw|authorization|credential|bearer|api[-_]?key)[\\w.-]*\"?\\s*[=:]\\s*)"
                    + "(\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\\\\\\n]*+(?:\\\\.[^\"\\\\\\n]*+)*+\"|'[^'\\n]*'|[^\\s,}\\]]+(?: [^\\s,}\\]]+)?)",
            Pattern.DOTALL);
    private static final Pattern USER_IN_URL = Pattern.compile("://[^/\\s\"'@]+@");
    /** What opens the dashboard once: it stands in the log. */
    private static final Pattern LINK = Pattern.compile("/#[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])");

    private static final Pattern KEY =
            Pattern.compile("(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/]{43}=|[0-9a-fA-F]{64})(?![A-Za-z0-9+/=])");

    private final List<Pattern> known = new ArrayList<>();

    /** @param secrets keys, as bytes */
    Redaction(List<byte[]> secrets) {
        for (byte[] secret : secrets) {
            String hex = HexFormat.of().formatHex(secret);
            String base64 = Base64.getEncoder().withoutPadding().encodeToString(secret);
            known.add(Pattern.compile(Pattern.quote(base64) + "=*"));
            known.add(Pattern.compile(Pattern.quote(base64.replace('+', '-').replace('/', '_'))));
            known.add(Pattern.compile(Pattern.quote(hex), Pattern.CASE_INSENSITIVE));
        }
    }

    /** The text without them. */
    String clean(String text) {
        String clean = PEM.matcher(text).replaceAll(REMOVED);
        for (Pattern secret : known) {
            clean = secret.matcher(clean).replaceAll(REMOVED);
        }
        clean = NAMED.matcher(clean).replaceAll("$1\"" + REMOVED + "\"");
        clean = USER_IN_URL.matcher(clean).replaceAll("://" + REMOVED + "@");
        clean = LINK.matcher(clean).replaceAll("/#" + REMOVED);
        return KEY.matcher(clean).replaceAll(key -> Matcher.quoteReplacement("[key " + fingerprint(key.group()) + "]"));
    }

    private static String fingerprint(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(hash, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
