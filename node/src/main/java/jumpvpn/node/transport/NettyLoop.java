package jumpvpn.node.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.jspecify.annotations.Nullable;

/** The one thread of this process that Netty's channels live on, a daemon; started when it is first needed, because loading Netty takes a while. */
public final class NettyLoop {
    private static volatile @Nullable EventLoop loop;

    private NettyLoop() {}

    /** The thread, as a loop to register channels with. The first call waits until Netty is loaded. */
    public static EventLoop get() {
        EventLoop known = loop;
        return known != null ? known : start();
    }

    private static synchronized EventLoop start() {
        EventLoop known = loop;
        if (known == null) {
            known = new MultiThreadIoEventLoopGroup(
                            1, new DefaultThreadFactory("carriage", true), EpollIoHandler.newFactory())
                    .next();
            loop = known;
        }
        return known;
    }

    /** Runs it on that thread; never waits. Until Netty is loaded, several may run in another order than they came. */
    static void run(Runnable task) {
        EventLoop known = loop;
        if (known != null) {
            known.execute(task);
        } else {
            Thread.ofPlatform().daemon().name("carriage-start").start(() -> get().execute(task));
        }
    }
}
