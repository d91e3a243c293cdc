package jumpvpn.core.net;

/**
 * An address with a prefix length, as in {@code 10.77.0.1/24}; the host bits are kept.
 *
 * @param length 0..32 for IPv4, 0..128 for IPv6
 */
public record Prefix(IpAddress address, int length) {
    /** Checks the length against the family. */
    public Prefix {
        if (length < 0 || length > (address.isV4() ? 32 : 128)) {
            throw new IllegalArgumentException("/" + length + " is no prefix length for " + address);
        }
    }

    /**
     * Reads {@code address/length}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no prefix; write address/length, such as 10.77.0.0/24");
        }
        return new Prefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** Whether the address lies inside. */
    public boolean contains(IpAddress other) {
        if (address.isV4() != other.isV4()) {
            return false;
        }
        return ((address.high() ^ other.high()) & highMask()) == 0 && ((address.low() ^ other.low()) & lowMask()) == 0;
    }

    /** Whether the two share an address. */
    public boolean overlaps(Prefix other) {
        return length <= other.length ? contains(other.address) : other.contains(address);
    }

    /** The same prefix without host bits: {@code 10.77.0.0/24} for {@code 10.77.0.1/24}. */
    public Prefix network() {
        return new Prefix(new IpAddress(address.high() & highMask(), address.low() & lowMask()), length);
    }

    private long highMask() {
        return bits() >= 64 ? -1 : bits() == 0 ? 0 : -1L << (64 - bits());
    }

    private long lowMask() {
        return bits() <= 64 ? 0 : -1L << (128 - bits());
    }

    private int bits() {
        return address.isV4() ? 96 + length : length;
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
