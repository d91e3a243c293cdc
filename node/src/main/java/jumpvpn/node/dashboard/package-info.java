/**
 * The page that shows a node while it runs: its server on a loopback address, what it keeps of the past, and what it sends. A front end as {@code node.app} is: it asks
 * the node by {@link jumpvpn.node.runtime.NodeControl} and follows its events; nothing of the node knows of it. Loaded only if it is configured.
 */
@NullMarked
package jumpvpn.node.dashboard;

import org.jspecify.annotations.NullMarked;
