/** The commands: what a user types, and the wiring of a running node. May use everything; decides nothing about sessions. */
@NullMarked
package jumpvpn.node.app;

import org.jspecify.annotations.NullMarked;
