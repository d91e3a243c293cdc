/**
 * {@code jumpvpn lab endurance}: a session under full load both ways that jumps again and again; every byte is checked, and memory must not grow. Uses of the project
 * {@code lab.netns}'s hosts and processes; nothing depends on it.
 */
@NullMarked
package jumpvpn.lab.endurance;

import org.jspecify.annotations.NullMarked;
