/**
 * {@code jumpvpn lab events}: what a flood of events into sinks that take nothing, or slowly, costs the packets, the memory and the caller, and whether every loss is counted. May use
 * core, node and {@code lab.bench}.
 */
@NullMarked
package jumpvpn.lab.events;

import org.jspecify.annotations.NullMarked;
