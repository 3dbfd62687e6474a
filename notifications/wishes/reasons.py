"""Why somebody gets a letter: the sentence at its foot."""

FOR_DEPARTMENT = "Ông/bà nhận thư này vì lập hoặc ký đề nghị khen thưởng của đơn vị."
FOR_OFFICE = "Ông/bà nhận thư này vì Văn phòng là thường trực của Hội đồng."
FOR_HEAD = "Ông/bà nhận thư này vì là người quyết định sau khi Hội đồng bỏ phiếu."
FOR_SEAT = "Ông/bà nhận thư này vì là thành viên Hội đồng của đợt đang mở."
FOR_SECRETARY = "Ông/bà nhận thư này vì theo dõi việc bỏ phiếu của Hội đồng."
FOR_LEFT = "Ông/bà nhận thư này vì đã là thành viên Hội đồng của đợt đang mở."
