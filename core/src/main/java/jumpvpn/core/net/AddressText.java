package jumpvpn.core.net;

/** Address literals: dotted IPv4 and RFC 5952 IPv6, without look-ups. */
final class AddressText {
    private AddressText() {}

    static IpAddress parse(String text) {
        try {
            return text.indexOf(':') >= 0 ? parseV6(text) : IpAddress.v4(parseV4(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not an IP address");
        }
    }

    private static int parseV4(String text) {
        String[] parts = text.split("\\.", -1);
        require(parts.length == 4);
        int bits = 0;
        for (String part : parts) {
            require(!part.isEmpty() && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9'));
            int value = Integer.parseInt(part);
            require(value <= 255);
            bits = bits << 8 | value;
        }
        return bits;
    }

    private static IpAddress parseV6(String text) {
        int gap = text.indexOf("::");
        require(gap < 0 || text.indexOf("::", gap + 1) < 0);
        int[] head = groups(gap < 0 ? text : text.substring(0, gap));
        int[] tail = gap < 0 ? new int[0] : groups(text.substring(gap + 2));
        require(gap < 0 ? head.length == 8 : head.length + tail.length < 8);
        int[] all = new int[8];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(tail, 0, all, 8 - tail.length, tail.length);
        return new IpAddress(join(all, 0), join(all, 4));
    }

    private static int[] groups(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        String[] parts = text.split(":", -1);
        boolean dotted = parts[parts.length - 1].indexOf('.') >= 0;
        int[] groups = new int[parts.length + (dotted ? 1 : 0)];
        for (int i = 0; i < parts.length - (dotted ? 1 : 0); i++) {
            require(!parts[i].isEmpty() && parts[i].length() <= 4);
            groups[i] = Integer.parseUnsignedInt(parts[i], 16);
        }
        if (dotted) {
            int bits = parseV4(parts[parts.length - 1]);
            groups[groups.length - 2] = bits >>> 16;
            groups[groups.length - 1] = bits & 0xffff;
        }
        require(groups.length <= 8);
        return groups;
    }

    private static long join(int[] groups, int from) {
        long joined = 0;
        for (int i = from; i < from + 4; i++) {
            joined = joined << 16 | groups[i];
        }
        return joined;
    }

    static void append(IpAddress address, StringBuilder text) {
        if (address.isV4()) {
            int b = address.v4Bits();
            text.append(b >>> 24).append('.').append(b >>> 16 & 255);
            text.append('.').append(b >>> 8 & 255).append('.').append(b & 255);
        } else {
            appendV6(address, text);
        }
    }

    private static void appendV6(IpAddress address, StringBuilder text) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? address.high() : address.low()) >>> (48 - 16 * (i & 3))) & 0xffff;
        }
        int start = -1;
        int length = 1; // RFC 5952 4.2.2: one zero group alone is not shortened
        for (int i = 0; i < 8; i++) {
            int run = i;
            while (run < 8 && groups[run] == 0) {
                run++;
            }
            if (run - i > length) {
                start = i;
                length = run - i;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                if (i > 0 && i != start + length) {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException();
        }
    }
}
