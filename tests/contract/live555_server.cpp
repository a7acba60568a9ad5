// An RTSP server of LIVE555, which many cameras run: live555-server [--user USER PASSWORD] SOURCE
//
// SOURCE is a byte stream of H.264 (.264) or H.265 (.265), played to each client from its beginning,
// or the URL of another RTSP server, which is then LIVE555's client, and passed on.
// Prints the port that it listens on; the stream is at /test. Serves until it is killed.

#include <cstdio>
#include <cstring>
#include <string>

#include "BasicUsageEnvironment.hh"
#include "GroupsockHelper.hh"
#include "liveMedia.hh"

namespace {

const unsigned kLargestFrame = 1000000;

bool endsWith(const std::string& text, const char* ending) {
    const size_t length = std::strlen(ending);
    return text.size() >= length && text.compare(text.size() - length, length, ending) == 0;
}

ServerMediaSession* session(UsageEnvironment& environment, RTSPServer* server, const std::string& source) {
    if (source.rfind("rtsp://", 0) == 0) {
        return ProxyServerMediaSession::createNew(environment, server, source.c_str(), "test");
    }
    ServerMediaSession* made = ServerMediaSession::createNew(environment, "test", "test", "a camera");
    if (endsWith(source, ".265")) {
        made->addSubsession(H265VideoFileServerMediaSubsession::createNew(environment, source.c_str(), False));
    } else {
        made->addSubsession(H264VideoFileServerMediaSubsession::createNew(environment, source.c_str(), False));
    }
    return made;
}

}  // namespace

int main(int count, char** arguments) {
    UsageEnvironment* environment = BasicUsageEnvironment::createNew(*BasicTaskScheduler::createNew());
    UserAuthenticationDatabase* users = nullptr;
    if (count == 5 && std::strcmp(arguments[1], "--user") == 0) {
        users = new UserAuthenticationDatabase;
        users->addUserRecord(arguments[2], arguments[3]);
    } else if (count != 2) {
        std::fprintf(stderr, "usage: %s [--user USER PASSWORD] SOURCE\n", arguments[0]);
        return 2;
    }
    OutPacketBuffer::maxSize = kLargestFrame;
    ReceivingInterfaceAddr = htonl(INADDR_LOOPBACK);
    ReceivingInterfaceAddr6 = in6addr_loopback;
    RTSPServer* server = RTSPServer::createNew(*environment, Port(0), users);
    if (server == nullptr) {
        std::fprintf(stderr, "%s\n", environment->getResultMsg());
        return 1;
    }
    server->addServerMediaSession(session(*environment, server, arguments[count - 1]));
    char* prefix = server->rtspURLPrefix();
    const char* colon = std::strrchr(prefix, ':');
    std::printf("%d\n", colon == nullptr ? 0 : std::atoi(colon + 1));
    std::fflush(stdout);
    environment->taskScheduler().doEventLoop();
}
