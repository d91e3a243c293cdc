package jumpvpn.lab.netns;

import java.util.ArrayList;
import java.util.List;

/**
 * What both ends' configuration files say beside what they must.
 *
 * @param crypto whose ciphers
 * @param packets the lines of {@code [packets]}
 */
public record NodeSetting(String crypto, List<String> packets) {
    /** Nothing: the fastest that there is. */
    public static final NodeSetting NONE = new NodeSetting("auto", List.of());

    private static final List<String> PACKETS = List.of("shards", "tun", "udp", "dscp");

    /**
     * Reads {@code KEY=VALUE}s.
     *
     * @throws IllegalArgumentException with a message for the user; values are the configuration's to judge
     */
    public static NodeSetting parse(List<String> texts) {
        String crypto = NONE.crypto;
        List<String> packets = new ArrayList<>();
        for (String text : texts) {
            String[] parts = text.split("=", 2);
            String value = parts.length == 2 ? parts[1] : "";
            if (!value.matches("[a-z0-9-]+") || !(PACKETS.contains(parts[0]) || parts[0].equals("crypto"))) {
                throw new IllegalArgumentException("\"" + text
                        + "\" sets nothing; KEY=VALUE is wanted, and KEY is crypto, " + String.join(", ", PACKETS));
            }
            if (parts[0].equals("crypto")) {
                crypto = value;
            } else {
                packets.add(parts[0] + " = " + (parts[0].equals("shards") ? value : "\"" + value + "\""));
            }
        }
        return new NodeSetting(crypto, List.copyOf(packets));
    }

    /** The section of a file, or nothing. */
    String section() {
        return packets.isEmpty() ? "" : "[packets]\n" + String.join("\n", packets) + "\n";
    }
}
