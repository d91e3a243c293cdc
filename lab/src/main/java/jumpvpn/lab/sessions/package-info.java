/**
 * {@code jumpvpn lab sessions}: what many sessions on one gateway carry together, beside what one of them carries alone. The gateway is the product; the other end is one process with many real agents.
 * Uses of the project {@code core.agent}, {@code node}'s adapters and {@code lab.netns}'s hosts and processes; nothing depends on it.
 */
@NullMarked
package jumpvpn.lab.sessions;

import org.jspecify.annotations.NullMarked;
