/** Events to any HTTP server: JSON arrays by POST. May use {@code core.observability} and {@code node.observability}; knows no other adapter. */
@NullMarked
package jumpvpn.node.observability.webhook;

import org.jspecify.annotations.NullMarked;
