package jumpvpn.node.ownership.etcd;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jumpvpn.node.ownership.StateException;
import org.jspecify.annotations.Nullable;

/** etcd's members as they are reached: one connection each, made when needed; one of them is in use. On the loop's thread alone. */
final class Endpoints {
    /** gRPC says on stderr what it finds when it starts; kept, since a logger that nobody holds forgets its level. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    static {
        GRPC.setLevel(Level.WARNING);
    }

    private static final int CONNECT_MILLIS = 1000;
    /** The longest answer: what a watch that was away for a moment brings at once. */
    private static final int MOST_BYTES = 16 << 20;

    private final List<URI> addresses;
    private final EventLoop loop;
    private final @Nullable SslContext tls;
    private final @Nullable ManagedChannel[] channels;
    private final @Nullable Token token;
    /** Written by the loop, read by whoever asks how the store is. */
    private volatile int current;

    private int failedInRow;

    /** @param tls what {@link #tls} made of the setting */
    Endpoints(EtcdSessionTable.Setting setting, @Nullable SslContext tls, EventLoop loop) {
        this.addresses = setting.endpoints();
        this.loop = loop;
        this.channels = new ManagedChannel[addresses.size()];
        this.tls = tls;
        this.token = setting.login() == null ? null : new Token(this, setting.login());
    }

    /** @throws StateException if the files can't be used */
    static @Nullable SslContext tls(EtcdSessionTable.@Nullable Tls tls) throws StateException {
        if (tls == null) {
            return null;
        }
        try {
            SslContextBuilder builder =
                    GrpcSslContexts.forClient().trustManager(tls.ca().toFile());
            if (tls.certificate() != null && tls.key() != null) {
                builder.keyManager(tls.certificate().toFile(), tls.key().toFile());
            }
            return builder.build();
        } catch (IOException | IllegalArgumentException e) {
            throw new StateException("etcd's TLS files can't be used (" + e.getMessage() + "): ca " + tls.ca()
                    + ", certificate " + tls.certificate() + ", key " + tls.key()
                    + "; they must be readable and PEM, the key PKCS#8 without a password");
        }
    }

    /** Which one is in use. */
    int current() {
        return current;
    }

    /** As in the configuration. */
    URI address(int index) {
        return addresses.get(index);
    }

    @Nullable
    Token token() {
        return token;
    }

    ManagedChannel channel(int index) {
        ManagedChannel channel = channels[index];
        if (channel == null) {
            channel = open(addresses.get(index));
            channels[index] = channel;
        }
        return channel;
    }

    private ManagedChannel open(URI address) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
                .eventLoopGroup(loop)
                .channelType(EpollSocketChannel.class)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .executor(loop)
                .disableRetry()
                .maxInboundMessageSize(MOST_BYTES);
        if (tls == null) {
            builder.usePlaintext();
        } else {
            builder.sslContext(tls);
        }
        return builder.build();
    }

    /** A call by this one has failed for want of an answer: the next is in use from now on, unless that has happened already. */
    void failed(int index) {
        if (index == current) {
            failedInRow = Math.min(failedInRow + 1, addresses.size());
            current = (index + 1) % addresses.size();
            channel(current).resetConnectBackoff(); // it may be back since it was left
        }
    }

    void answered() {
        failedInRow = 0;
    }

    /** All of them have failed, one after the other, since there was an answer. */
    boolean areDown() {
        return failedInRow >= addresses.size();
    }

    /** Ends all calls. Any thread. @return whether all of it is over by then: else the loop must go on for it */
    boolean close(long mostMillis) throws InterruptedException {
        List<ManagedChannel> open =
                Arrays.stream(channels).filter(Objects::nonNull).toList();
        open.forEach(ManagedChannel::shutdownNow);
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(mostMillis);
        boolean isOver = true;
        for (ManagedChannel channel : open) {
            isOver &= channel.awaitTermination(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        return isOver;
    }
}
