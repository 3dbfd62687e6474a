"""Words for the sample nominations: plain reports of a mountain province's everyday work, all invented."""

from itertools import count

_COMMUNES = (
    "Quốc Khánh, huyện Tràng Định", "Thuỵ Hùng, huyện Văn Lãng", "Công Sơn, huyện Cao Lộc",
    "Tú Mịch, huyện Lộc Bình", "Bính Xá, huyện Đình Lập", "Vũ Lăng, huyện Bắc Sơn", "Quý Hoà, huyện Bình Gia",
    "Tràng Các, huyện Văn Quan", "Vạn Linh, huyện Chi Lăng", "Yên Thịnh, huyện Hữu Lũng",
)  # fmt: skip

# Each is one result with its figures; a report takes four, and no two reports take the same four.
_RESULTS = (
    "Tham mưu {n} văn bản lồng ghép vốn các chương trình tại xã {xa}, được Ban Chỉ đạo tỉnh chấp thuận.",
    "Cùng bà con thôn bản xã {xa} hiến {m} m² đất, góp {n} ngày công mở rộng đường liên thôn.",
    "Kiểm tra, hướng dẫn {n} lượt cơ sở làm chính sách người có uy tín ở xã {xa}; giải quyết {k} kiến nghị.",
    "Tổ chức {k} lớp tập huấn cho {m} cán bộ thôn của xã {xa} về tiêu chí thu nhập, tổ chức sản xuất.",
    "Biên soạn {k} bản tin song ngữ Tày – Nùng, phát {m} tờ gấp tại chợ phiên xã {xa}.",
    "Rà soát hồ sơ {m} hộ thụ hưởng vốn sự nghiệp ở xã {xa}, phát hiện và sửa {k} trường hợp trùng tên.",
    "Theo dõi {k} công trình nước sinh hoạt tập trung của xã {xa}, đôn đốc hoàn thành trước hạn {n} ngày.",
    "Giúp {n} hộ nghèo xã {xa} lập phương án trồng hồi, quế; {k} hộ thoát nghèo trong năm.",
    "Đề xuất phân bổ lại {m} triệu đồng vốn giải ngân chậm cho xã {xa}; kết quả giải ngân đạt 9{k} %.",
    "Giải quyết {n} đơn kiến nghị của công dân xã {xa} đúng thời hạn, không có đơn vượt cấp.",
    "Xây dựng bảng theo dõi tiến độ 19 tiêu chí của xã {xa}, cập nhật hằng tuần, dùng chung cho {k} phòng.",
    "Vận động doanh nghiệp tặng {n} suất học bổng, {k} bộ máy tính cho trường bán trú xã {xa}.",
    "Số hoá {m} hồ sơ dự án hỗ trợ sinh kế ở xã {xa}, rút thời gian tra cứu còn {n} phút.",
    "Trực tiếp xuống xã {xa} {n} chuyến, ở lại {k} đêm để giúp ban phát triển thôn họp dân, ghi biên bản.",
    "Chủ trì thẩm tra {k} báo cáo quyết toán của xã {xa}, kiến nghị thu hồi {m} triệu đồng chi sai.",
)  # fmt: skip
_OPENINGS = (
    "Được giao theo dõi địa bàn xã {xa} từ năm 2021, {ai} đã",
    "Trong các năm 2021 – 2025, {ai} nhận phần việc khó ở xã {xa} và",
    "Là đầu mối của phòng với xã {xa}, {ai} đã",
    "Từ khi xã {xa} đăng ký đạt chuẩn, {ai} cùng đồng nghiệp",
    "Nhiều năm gắn với bà con xã {xa}, {ai}",
)
_CLOSINGS = (
    "hoàn thành đủ và đúng hạn việc được phân công; Ban Chỉ đạo xã ghi nhận bằng văn bản.",
    "làm được những kết quả cụ thể dưới đây, có xác nhận của Ủy ban nhân dân xã.",
    "góp phần đưa xã hoàn thành thêm ba tiêu chí, trong đó có tiêu chí môi trường.",
    "giữ được nếp đi cơ sở hằng tháng, việc nào nhận là làm đến nơi đến chốn.",
    "đề xuất cách làm mới, được các phòng khác học theo và áp dụng.",
    "không để tồn đọng việc, mọi kiến nghị của dân đều có người trả lời.",
    "kiên trì vận động nên thôn xa nhất cũng đã có đường ô tô tới nơi.",
)
_STEPS = (1, 2, 4, 7, 8)  # prime to the number of results, so that four in a row differ


def summary(number: int, who: str) -> str:
    """What the list says of nomination `number`: about 150 characters, each its own."""
    commune = _COMMUNES[number % len(_COMMUNES)]
    opening = _OPENINGS[number % len(_OPENINGS)].format(xa=commune, ai=who)
    return f"{opening} {_CLOSINGS[number % len(_CLOSINGS)]}"


def achievements(number: int) -> str:
    """Four results, one a paragraph; the choice and the figures depend on `number` only."""
    chosen = count(number, _STEPS[number // len(_RESULTS) % len(_STEPS)])
    return "\n".join(
        _RESULTS[next(chosen) % len(_RESULTS)].format(
            xa=_COMMUNES[(number + 3 * place) % len(_COMMUNES)],
            n=3 + (number * 7 + place * 5) % 19,
            k=2 + (number * 3 + place) % 7,
            m=120 + (number * 37 + place * 61) % 780,
        )
        for place in range(4)
    )
