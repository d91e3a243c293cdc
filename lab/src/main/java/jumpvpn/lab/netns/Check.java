package jumpvpn.lab.netns;

/**
 * One thing that must hold, and what was seen.
 *
 * @param name what is claimed
 * @param ok whether it held
 * @param detail the figures behind it
 */
public record Check(String name, boolean ok, String detail) {}
